/**
 * `newsline import`: loads history into a channel.
 *
 * The whole file is checked before the first headline is sent. Each is then put under a stable id at version 1, one
 * after another, so that the order is the file's and a second run changes nothing.
 */
import { createReadStream } from 'node:fs';
import { access, constants, readFile, stat } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { isTimeZone } from '../../domain/time.ts';
import { CommandError } from '../command-error.ts';
import {
  createLineCheck,
  type ImportItem,
  type ImportLine,
  type LineProblem,
} from '../import/import-line.ts';
import { readNdjson } from '../import/ndjson.ts';
import { parseNewsLine } from '../import/news-line.ts';
import { printable, printLine } from '../printing.ts';
import { interrupted, reasonOf, type ServiceClient } from '../service-client.ts';
import type { CommandContext } from './command-context.ts';
import { createProgressBar } from './progress-bar.ts';
import { ATTEMPTS, openService, withService } from './service-options.ts';

interface ImportOptions {
  readonly format: 'news-line' | 'ndjson';
  readonly timeZone?: string;
  readonly language?: string;
  readonly skipInvalid?: boolean;
}

/** A page is read whole; this is far more than one has. */
const PAGE_BYTES = 5 * 1_048_576;
const PROBLEMS_SHOWN = 20;
/** Tries of one headline, so that a rate limit slows an import down and does not end it. */
const PATIENCE = 10;

export function addImportCommand(program: Command, context: CommandContext): void {
  withService(
    program
      .command('import')
      .description('load history into a channel; running it again adds nothing twice')
      .argument('<channel>')
      .argument('<file>')
      .addOption(
        new Option(
          '--format <format>',
          'news-line: a copied page; ndjson: one JSON headline a line, oldest first',
        )
          .choices(['news-line', 'ndjson'])
          .makeOptionMandatory(),
      )
      .option('--time-zone <zone>', 'IANA zone of local times, as Asia/Baku; or NEWSLINE_TIME_ZONE')
      .option('--language <tag>', 'language of headlines that name none; else the channel’s')
      .option('--skip-invalid', 'import the others where lines are not valid'),
  ).action(async (channel: string, file: string, options: ImportOptions, command: Command) => {
    const client = openService(command, context);
    const lines = await openFile(file, options, context);
    const { count, problems } = await checkAll(lines());
    await report(file, problems, options.skipInvalid ?? false, context);
    if (count === 0) throw new CommandError('failed', `${file}: no headline to import`);
    const { imported, known } = await sendAll(client, channel, lines(), count, context);
    await printLine(
      context.stdout,
      `${count} ${count === 1 ? 'headline' : 'headlines'}: ${imported} imported, ${known} already there`,
    );
  });
}

/** @returns what reads the file from its beginning, each time it is called. */
async function openFile(
  file: string,
  { format, timeZone, language }: ImportOptions,
  { env, now = Date.now }: CommandContext,
): Promise<() => AsyncIterable<ImportLine>> {
  const zone = timeZone ?? (env['NEWSLINE_TIME_ZONE'] || undefined);
  if (zone !== undefined && !isTimeZone(zone)) {
    throw new CommandError('usage', `--time-zone or NEWSLINE_TIME_ZONE: "${zone}" is no IANA time zone`);
  }
  const facts = await access(file, constants.R_OK).then(
    () => stat(file),
    (error: unknown) => {
      throw new CommandError('failed', `cannot read ${file} (${reasonOf(error)})`, { cause: error });
    },
  );
  if (!facts.isFile()) throw new CommandError('failed', `${file} must be a regular file: it is read twice`);
  const nowMs = now();
  const newCheck = (withZone: boolean) =>
    createLineCheck({ nowMs, language, ...(withZone && { timeZone: zone }) });

  if (format === 'ndjson') return () => readNdjson(createReadStream(file), newCheck(true));
  if (zone === undefined) {
    throw new CommandError('usage', '--time-zone: is needed to read the times of a page, as Asia/Baku');
  }
  if (facts.size > PAGE_BYTES)
    throw new CommandError('failed', `${file}: a page has at most ${PAGE_BYTES} bytes`);
  const page = parseNewsLine(decode(await readFile(file), file), { timeZone: zone });
  return async function* () {
    const check = newCheck(false);
    for (const problem of page.problems) yield { problem };
    for (const { line, title, labels, publishedAt } of page.headlines) {
      yield check(line, { title, publishedAt, ...(labels.length > 0 && { labels }) });
    }
  };
}

function decode(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new CommandError('failed', `${file}: must be UTF-8`, { cause: error });
  }
}

async function checkAll(lines: AsyncIterable<ImportLine>) {
  const shown: LineProblem[] = [];
  let [count, total] = [0, 0];
  for await (const line of lines) {
    if ('item' in line) count += 1;
    else {
      total += 1;
      if (shown.length < PROBLEMS_SHOWN) shown.push(line.problem);
    }
  }
  return { count, problems: { total, shown } };
}

async function report(
  file: string,
  { total, shown }: { readonly total: number; readonly shown: readonly LineProblem[] },
  maySkip: boolean,
  { stderr }: CommandContext,
): Promise<void> {
  if (total === 0) return;
  for (const { line, message } of [...shown].sort((a, b) => a.line - b.line)) {
    await printLine(stderr, printable(`${file}:${line}: ${message}`));
  }
  if (total > shown.length) await printLine(stderr, `... and ${total - shown.length} more`);
  const lines = total === 1 ? '1 line is not valid' : `${total} lines are not valid`;
  if (maySkip) await printLine(stderr, `${lines} and left out`);
  else
    throw new CommandError(
      'failed',
      `${file}: ${lines}, so nothing was imported; --skip-invalid leaves them out`,
    );
}

async function sendAll(
  client: ServiceClient,
  channel: string,
  lines: AsyncIterable<ImportLine>,
  count: number,
  { stderr, now, signal }: CommandContext,
): Promise<{ imported: number; known: number }> {
  const bar = createProgressBar(stderr, count, { now });
  let [imported, known] = [0, 0];
  try {
    for await (const line of lines) {
      if (!('item' in line)) continue;
      if (signal?.aborted) throw interrupted();
      // A service that never answered is told of soon; one that did is worth waiting for.
      const attempts = imported + known === 0 ? ATTEMPTS : PATIENCE;
      if (await send(client, channel, line.item, attempts)) imported += 1;
      else known += 1;
      bar.show(imported + known);
    }
  } catch (error) {
    bar.clear();
    await printLine(stderr, `${imported} imported, ${known} already there; run it again to go on from here`);
    throw error;
  }
  bar.clear();
  return { imported, known };
}

/** @returns whether it was new. */
async function send(
  client: ServiceClient,
  channel: string,
  { line, id, body }: ImportItem,
  attempts: number,
): Promise<boolean> {
  try {
    const path = ['v1', 'channels', channel, 'headlines', id];
    const answer = await client.request({ method: 'PUT', path, body, attempts });
    return answer['applied'] !== false;
  } catch (error) {
    if (!(error instanceof CommandError) || error.code !== 'refused') throw error;
    throw new CommandError('refused', `line ${line}: ${error.message}`, { cause: error });
  }
}
