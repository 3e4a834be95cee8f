/** `newsline scheduled`: what is to come in a channel, earliest first. */
import type { Command } from 'commander';
import { formatInZone } from '../../domain/time.ts';
import { printableJson, printLine, printTable } from '../printing.ts';
import { isObject } from '../service-client.ts';
import type { CommandContext } from './command-context.ts';
import { openService, wholeNumber, withService } from './service-options.ts';

interface ScheduledOptions {
  readonly limit: number;
  readonly timeZone?: string;
  readonly json?: boolean;
}

export function addScheduledCommand(program: Command, context: CommandContext): void {
  withService(
    program
      .command('scheduled')
      .description('list what is scheduled, earliest first')
      .argument('<channel>')
      .option('--limit <n>', 'how many', wholeNumber(1, 500), 100)
      .option('--time-zone <zone>', 'IANA zone to show times in, as Asia/Baku; or NEWSLINE_TIME_ZONE')
      .option('--json', 'as JSON'),
  ).action(async (channel: string, options: ScheduledOptions, command: Command) => {
    const { total, scheduled } = await openService(command, context).request({
      path: ['v1', 'channels', channel, 'scheduled'],
      query: new URLSearchParams({ limit: String(options.limit) }),
    });
    const rows = Array.isArray(scheduled) ? scheduled.filter(isObject) : [];
    if (options.json) return printLine(context.stdout, printableJson(rows, 2));
    const timeZone = options.timeZone ?? (context.env['NEWSLINE_TIME_ZONE'] || 'UTC');
    await printTable(context.stdout, [
      ['TIME', 'ID', 'TITLE'],
      ...rows.map(({ publishAt, headline }) => [
        formatInZone(Date.parse(String(publishAt)), timeZone),
        ...(isObject(headline) ? [String(headline['id']), String(headline['title'])] : []),
      ]),
    ]);
    const more = Number(total) - rows.length;
    if (more > 0) await printLine(context.stderr, `newsline: ${more} more; raise --limit`);
  });
}
