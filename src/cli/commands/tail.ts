/**
 * `newsline tail`: a reader in the terminal. Resumes by itself; Ctrl+C ends it, and says where to go on.
 */
import type { Command } from 'commander';
import { isTimeZone } from '../../domain/time.ts';
import { CommandError } from '../command-error.ts';
import { isGone, printable, printableJson, printLine } from '../printing.ts';
import type { ServiceClient } from '../service-client.ts';
import type { CommandContext } from './command-context.ts';
import { followStream } from './follow-stream.ts';
import { createHeadlineLines } from './headline-lines.ts';
import { collect, given, openService, wholeNumber, withService } from './service-options.ts';

interface TailOptions {
  readonly since?: string;
  readonly last?: number;
  readonly json?: boolean;
  readonly timeZone?: string;
  readonly section?: readonly string[];
  readonly language?: readonly string[];
  readonly tag?: readonly string[];
  readonly maxUrgency?: number;
}

export function addTailCommand(program: Command, context: CommandContext): void {
  withService(
    program
      .command('tail')
      .description('follow a channel; comes back by itself, Ctrl+C ends')
      .argument('<channel>')
      .option('--since <cursor>', 'go on after this cursor')
      .option('--last <n>', 'headlines to begin with', wholeNumber(0, 100))
      .option('--json', 'print each frame as one line of JSON')
      .option('--section <name>', 'only this one; repeatable', collect)
      .option('--language <tag>', 'only this one; repeatable', collect)
      .option('--tag <tag>', 'only with this one; repeatable', collect)
      .option('--max-urgency <n>', '1 only flashes, 3 also breaking news', wholeNumber(1, 9))
      .option(
        '--time-zone <zone>',
        'IANA zone of the times; or NEWSLINE_TIME_ZONE (default: the newsroom’s)',
      ),
  ).action(async (channel: string, options: TailOptions, command: Command) => {
    await tail(openService(command, context), channel, options, context);
  });
}

async function tail(client: ServiceClient, channel: string, options: TailOptions, context: CommandContext) {
  const { stdout, stderr, signal = new AbortController().signal, now, wait, random } = context;
  const { since, last, json, section, language, tag, maxUrgency } = options;
  const timeZone = await chooseZone(client, channel, options, context);
  const lines = createHeadlineLines({ timeZone, now });
  let cursor = since;
  let wasLost = false;
  const events = followStream(client, channel, {
    filter: given({ section, language, tag, maxUrgency }),
    last,
    since,
    signal,
    wait,
    random,
    onLost: (reason, pauseMs) => {
      wasLost = true;
      void printLine(
        stderr,
        printable(`connection lost (${reason}); back in ${(pauseMs / 1000).toFixed(1)} s`),
      );
    },
  });
  for await (const { value, frame } of events) {
    if (frame && 'cursor' in frame) cursor = frame.cursor;
    if (frame?.type === 'snapshot' && (wasLost || since !== undefined)) {
      await printLine(stderr, 'what came in between is no longer kept; this is the list as it stands');
    }
    if (json) await printLine(stdout, printableJson(value));
    else for (const line of frame ? lines.show(frame) : []) await printLine(stdout, line);
    if (isGone(stdout)) return;
  }
  if (cursor !== undefined) await printLine(stderr, printable(`go on with --since ${cursor}`));
}

/** A resumed stream does not name the newsroom's zone, so it is asked for. */
async function chooseZone(
  client: ServiceClient,
  channel: string,
  { timeZone, since, json }: TailOptions,
  { env }: CommandContext,
): Promise<string | undefined> {
  const zone = timeZone ?? (env['NEWSLINE_TIME_ZONE'] || undefined);
  if (zone !== undefined && !isTimeZone(zone)) {
    throw new CommandError(
      'usage',
      `--time-zone or NEWSLINE_TIME_ZONE: "${printable(zone)}" is no IANA time zone`,
    );
  }
  if (zone !== undefined || since === undefined || json) return zone;
  const query = new URLSearchParams({ last: '0' });
  const { timeZone: own } = await client.request({ path: ['v1', 'channels', channel, 'headlines'], query });
  return typeof own === 'string' ? own : undefined;
}
