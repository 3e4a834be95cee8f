/**
 * `newsline post`, `correct` and `kill`: what staff do with a headline.
 *
 * Each may be sent again after a lost answer, and still happens once: a post and a correction carry an
 * Idempotency-Key of their own, and a kill is the same however often it comes.
 */
import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { formatInZone } from '../../domain/time.ts';
import { CommandError } from '../command-error.ts';
import { printable, printableJson, printLine } from '../printing.ts';
import { isObject } from '../service-client.ts';
import type { CommandContext } from './command-context.ts';
import { type HeadlineOptions, headlineFields, withHeadline } from './headline-options.ts';
import { ATTEMPTS, given, openService, wholeNumber, withService } from './service-options.ts';

interface PostOptions extends HeadlineOptions {
  readonly id?: string;
  readonly at?: string;
  readonly timeZone?: string;
  readonly json?: boolean;
}

interface CorrectOptions extends HeadlineOptions {
  readonly title?: string;
  readonly notice?: string;
  readonly update?: boolean;
  readonly ifVersion?: number;
  readonly json?: boolean;
}

const headlinesOf = (channel: string) => ['v1', 'channels', channel, 'headlines'];
const once = () => ({ 'idempotency-key': `cli-${randomUUID()}` });

export function addPostCommand(program: Command, context: CommandContext): void {
  withService(
    withHeadline(program.command('post').description('post a headline'))
      .argument('<channel>')
      .argument('<title>', 'plain text, up to 300 characters')
      .option('--id <id>', 'the CMS’s own; else the service makes one')
      .option('--at <time>', 'not before: 2026-11-23T18:00:00+04:00, or "2026-11-23 18:00" with --time-zone')
      .option('--time-zone <zone>', 'IANA zone of --at, as Asia/Baku; or NEWSLINE_TIME_ZONE')
      .option('--json', 'print the answer as JSON'),
  ).action(async (channel: string, title: string, options: PostOptions, command: Command) => {
    const { id, at } = options;
    const timeZone = options.timeZone ?? (context.env['NEWSLINE_TIME_ZONE'] || undefined);
    const time = at === undefined ? {} : given({ publishAt: at, timeZone });
    const answer = await openService(command, context).request({
      method: 'POST',
      path: headlinesOf(channel),
      headers: once(),
      attempts: ATTEMPTS,
      body: { title, ...headlineFields(options), ...given({ id }), ...time },
    });
    await conclude('posted', answer, options.json, context, timeZone);
  });

  withService(
    withHeadline(program.command('correct').description('correct a headline where it stands'))
      .argument('<channel>')
      .argument('<id>')
      .option('--title <title>')
      .option('--notice <text>', 'public words on what was wrong')
      .option('--update', 'news, not a mistake: readers are told of an update, not of a correction')
      .option('--if-version <n>', 'only while it is at this version', wholeNumber(1, Number.MAX_SAFE_INTEGER))
      .option('--json', 'print the answer as JSON'),
  ).action(async (channel: string, id: string, options: CorrectOptions, command: Command) => {
    const { title, notice, update, ifVersion } = options;
    const fields = { ...given({ title, notice }), ...headlineFields(options) };
    if (Object.keys(fields).length === 0)
      throw new CommandError('usage', 'nothing to correct: give --title or another field');
    const answer = await openService(command, context).request({
      method: 'PATCH',
      path: [...headlinesOf(channel), id],
      headers: { ...once(), ...(ifVersion !== undefined && { 'if-match': `"${ifVersion}"` }) },
      attempts: ATTEMPTS,
      body: { change: update ? 'updated' : 'corrected', ...fields },
    });
    await conclude(update ? 'updated' : 'corrected', answer, options.json, context);
  });

  withService(
    program
      .command('kill')
      .description('take a headline back everywhere, for good')
      .argument('<channel>')
      .argument('<id>')
      .option('--notice <text>', 'public words on why')
      .option('--json', 'print the answer as JSON'),
  ).action(
    async (channel: string, id: string, options: { notice?: string; json?: boolean }, command: Command) => {
      const { notice } = options;
      const answer = await openService(command, context).request({
        method: 'DELETE',
        path: [...headlinesOf(channel), id],
        attempts: ATTEMPTS,
        ...(notice !== undefined && { body: { notice } }),
      });
      await conclude('killed', { id, ...answer }, options.json, context);
      if (answer['inAdvance'] === true) {
        const warning = `no headline had the id ${id}: nothing was taken away, and none can come under it now`;
        await printLine(context.stderr, printable(`newsline: ${warning}`));
      }
    },
  );
}

/** `posted h12ab cursor e1.7.x`, so that scripts read the id as the second word. */
async function conclude(
  verb: string,
  answer: Record<string, unknown>,
  json: boolean | undefined,
  { stdout, stderr }: CommandContext,
  timeZone = 'UTC',
): Promise<void> {
  const { replication } = answer;
  if (isObject(replication)) {
    const { wanted, had } = replication;
    const warning = `it is done, do not send it again; but only ${had} of ${wanted} replicas of the store had it in time`;
    await printLine(stderr, printable(`newsline: ${warning}`));
  }
  if (json) return printLine(stdout, printableJson(answer, 2));
  const headline = isObject(answer['headline']) ? answer['headline'] : {};
  const { cursor, publishAt } = answer;
  const id = String(headline['id'] ?? answer['id'] ?? '');
  const place = typeof cursor === 'string' ? ` cursor ${cursor}` : '';
  const isScheduled = typeof publishAt === 'string';
  const when = isScheduled ? ` for ${formatInZone(Date.parse(publishAt), timeZone)}` : '';
  await printLine(stdout, printable(`${isScheduled ? 'scheduled' : verb} ${id}${when}${place}`));
}
