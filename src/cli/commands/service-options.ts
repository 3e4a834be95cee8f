/**
 * Service options: what every command that talks to a running service takes, and the client made of them.
 *
 * Each command has its own `--url` and `--key`, so that its help shows them and `newsline serve` has none.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CommandError } from '../command-error.ts';
import { printLine } from '../printing.ts';
import { createServiceClient, type ServiceClient } from '../service-client.ts';
import type { CommandContext } from './command-context.ts';

const DEFAULT_URL = 'http://127.0.0.1:8080';
/** Tries of what is safe to repeat. */
export const ATTEMPTS = 5;

export const withService = (command: Command): Command =>
  command
    .addOption(new Option('--url <url>', `the service; or NEWSLINE_URL (default: ${DEFAULT_URL})`))
    .addOption(
      new Option(
        '--key <key>',
        'API key; better set NEWSLINE_KEY, which other users of this machine do not see',
      ),
    );

/** @throws CommandError for an address or key that cannot be one. */
export function openService(command: Command, context: CommandContext): ServiceClient {
  const { url, key } = command.optsWithGlobals<{ url?: string; key?: string }>();
  const secret = key ?? context.env['NEWSLINE_KEY'];
  if (secret && !/^[\x21-\x7e]+$/.test(secret)) {
    throw new CommandError('usage', 'NEWSLINE_KEY or --key: must be printable ASCII without spaces');
  }
  const { signal, fetch, wait, random } = context;
  return createServiceClient({
    url: readUrl(url ?? (context.env['NEWSLINE_URL'] || DEFAULT_URL)),
    key: secret || undefined,
    signal,
    fetch,
    wait,
    random,
    onRetry: (message) => void printLine(context.stderr, message),
  });
}

function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.search || url.hash) {
    throw new CommandError(
      'usage',
      '--url or NEWSLINE_URL: must be an http or https address, as http://127.0.0.1:8080',
    );
  }
  if (url.username || url.password) {
    throw new CommandError('usage', '--url or NEWSLINE_URL: must hold no password; set NEWSLINE_KEY instead');
  }
  return url.href.replace(/\/+$/, '');
}

/** For options that may be given several times. */
export const collect = (value: string, earlier: readonly string[] = []): readonly string[] => [
  ...earlier,
  value,
];

export const wholeNumber =
  (from: number, to: number) =>
  (text: string): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= from && value <= to))
      throw new InvalidArgumentError(`must be a whole number from ${from} to ${to}`);
    return value;
  };

/** The fields that have a value. */
export const given = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
