/** `newsline channel`: creates, lists, changes and deletes channels. */
import type { Command } from 'commander';
import { CommandError } from '../command-error.ts';
import { printable, printableJson, printLine, printTable } from '../printing.ts';
import { isObject, type ServiceClient } from '../service-client.ts';
import type { CommandContext } from './command-context.ts';
import { collect, given, openService, wholeNumber, withService } from './service-options.ts';

interface ChannelOptions {
  readonly language?: string;
  readonly timeZone?: string;
  readonly origin?: readonly string[];
  readonly keepChanges?: number;
  readonly keepHeadlines?: number;
  readonly keepDays?: number;
}

interface UpdateOptions extends ChannelOptions {
  readonly addOrigin?: readonly string[];
  readonly clearOrigins?: boolean;
  readonly anyAge?: boolean;
}

const PATH = ['v1', 'channels'];

export function addChannelCommands(program: Command, context: CommandContext): void {
  const channel = program.command('channel').description('create, list, change and delete channels');

  withSettings(
    channel.command('create').description('create a channel').argument('<name>', '1 to 63 of a-z, 0-9 and -'),
  ).action(async (name: string, options: ChannelOptions, command: Command) => {
    const body = { name, ...settingsOf(options) };
    await openService(command, context).request({ method: 'POST', path: PATH, body });
    await printLine(context.stdout, `created channel ${printable(name)}`);
  });

  withService(channel.command('list').description('list all channels').option('--json', 'as JSON')).action(
    async (options: { json?: boolean }, command: Command) => {
      const { channels, unknown } = await openService(command, context).request({ path: PATH });
      const rows = Array.isArray(channels) ? channels.filter(isObject) : [];
      if (options.json) return printLine(context.stdout, printableJson(rows, 2));
      await printTable(context.stdout, [
        ['NAME', 'LANGUAGE', 'TIME ZONE', 'CHANGES', 'HEADLINES', 'DAYS', 'ORIGINS'],
        ...rows.map(({ name, language, timeZone, origins, keepChanges, keepHeadlines, keepDays }) => [
          String(name),
          String(language),
          String(timeZone),
          String(keepChanges ?? ''),
          String(keepHeadlines ?? ''),
          String(keepDays ?? 'any'),
          Array.isArray(origins) ? origins.join(' ') : '',
        ]),
      ]);
      if (!Array.isArray(unknown)) return;
      await printLine(
        context.stdout,
        printable(`no answer from the part of the store that has ${unknown.join(', ')}`),
      );
    },
  );

  withSettings(
    channel
      .command('update')
      .description('change the settings of a channel; what is not named stays')
      .argument('<name>')
      .option('--add-origin <origin>', 'website that may read, beside those that may; repeatable', collect)
      .option('--clear-origins', 'leave only the service’s own websites')
      .option('--any-age', 'keep what is old, within the numbers kept'),
  ).action(async (name: string, options: UpdateOptions, command: Command) => {
    if (options.clearOrigins && options.origin) {
      throw new CommandError('usage', '--clear-origins: cannot stand beside --origin');
    }
    if (options.addOrigin && (options.clearOrigins || options.origin)) {
      throw new CommandError('usage', '--add-origin: cannot stand beside --origin or --clear-origins');
    }
    if (options.anyAge && options.keepDays !== undefined) {
      throw new CommandError('usage', '--any-age: cannot stand beside --keep-days');
    }
    const service = openService(command, context);
    const body = {
      ...settingsOf(options),
      ...(options.addOrigin && { origins: await withOrigins(service, name, options.addOrigin) }),
      ...(options.clearOrigins && { origins: [] }),
      ...(options.anyAge && { keepDays: null }),
    };
    if (Object.keys(body).length === 0) {
      throw new CommandError(
        'usage',
        'nothing to change: give --language, --time-zone, --add-origin, --keep-days or another setting',
      );
    }
    await service.request({ method: 'PATCH', path: [...PATH, name], body });
    await printLine(context.stdout, `changed channel ${printable(name)}`);
  });

  withService(
    channel
      .command('delete')
      .description('delete a channel with all its headlines, for good')
      .argument('<name>')
      .option('--yes', 'really'),
  ).action(async (name: string, options: { yes?: boolean }, command: Command) => {
    if (!options.yes) {
      throw new CommandError('usage', `--yes: is needed, as all headlines of ${printable(name)} go with it`);
    }
    await openService(command, context).request({ method: 'DELETE', path: [...PATH, name] });
    await printLine(context.stdout, `deleted channel ${printable(name)}`);
  });
}

/** Those that the channel has, then these. Where nothing can be read of it, the change itself says why. */
async function withOrigins(
  service: ServiceClient,
  name: string,
  added: readonly string[],
): Promise<readonly unknown[]> {
  const { channels } = await service.request({ path: PATH });
  const channel = Array.isArray(channels)
    ? channels.find((one: unknown) => isObject(one) && one['name'] === name)
    : undefined;
  const before: unknown = channel?.['origins'];
  return [...new Set([...(Array.isArray(before) ? before : []), ...added])];
}

const withSettings = (command: Command): Command =>
  withService(
    command
      .option('--language <tag>', 'language of headlines that name none, as en, az or ru')
      .option('--time-zone <zone>', 'IANA zone of the newsroom, as Asia/Baku')
      .option(
        '--origin <origin>',
        'website that may read, as https://site.example; repeatable; an update replaces those of before',
        collect,
      )
      .option('--keep-changes <n>', 'kept to resume from (10000)', wholeNumber(100, 100_000))
      .option('--keep-headlines <n>', 'kept, retracted ones too (50000)', wholeNumber(100, 1_000_000))
      .option(
        '--keep-days <n>',
        'for which changes, and headlines not changed since, are kept (any age)',
        wholeNumber(1, 36_500),
      ),
  );

const settingsOf = ({ language, timeZone, origin, ...rest }: ChannelOptions): Record<string, unknown> => {
  const { keepChanges, keepHeadlines, keepDays } = rest;
  return given({ language, timeZone, origins: origin, keepChanges, keepHeadlines, keepDays });
};
