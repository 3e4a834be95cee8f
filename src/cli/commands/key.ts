/** `newsline key`: creates, lists and revokes API keys. The secret is printed once, and nowhere else. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { SCOPES } from '../../domain/api-key.ts';
import { CommandError } from '../command-error.ts';
import { printable, printableJson, printLine, printTable } from '../printing.ts';
import { isObject } from '../service-client.ts';
import type { CommandContext } from './command-context.ts';
import { collect, given, openService, withService } from './service-options.ts';

interface CreateOptions {
  readonly name: string;
  readonly channel?: readonly string[];
  readonly scope: readonly string[];
  readonly json?: boolean;
}

const PATH = ['v1', 'keys'];

export function addKeyCommands(program: Command, context: CommandContext): void {
  const key = program.command('key').description('create, list and revoke API keys');

  withService(
    key
      .command('create')
      .description('create an API key; its secret is shown this once')
      .requiredOption('--name <name>', 'who will use it, as cms')
      .option('--channel <name>', 'channel it may write to; repeatable (default: all)', collect)
      .addOption(
        new Option('--scope <scope>', `${SCOPES.join(' or ')}; repeatable`)
          .argParser(readScope)
          .makeOptionMandatory(),
      )
      .option('--json', 'as JSON'),
  ).action(async ({ name, channel, scope, json }: CreateOptions, command: Command) => {
    const body = { name, scopes: scope, ...given({ channels: channel }) };
    const created = await openService(command, context).request({ method: 'POST', path: PATH, body });
    if (json) return printLine(context.stdout, printableJson(created, 2));
    const { secret, key } = created;
    if (typeof secret !== 'string')
      throw new CommandError('failed', 'the service gave no secret: is it newsline?');
    const id = isObject(key) ? String(key['id']) : '';
    await printLine(
      context.stderr,
      printable(`created key ${id} for ${name}; its secret is shown only now:`),
    );
    await printLine(context.stdout, printable(secret));
  });

  withService(
    key.command('list').description('list all API keys, without their secrets').option('--json', 'as JSON'),
  ).action(async (options: { json?: boolean }, command: Command) => {
    const { keys } = await openService(command, context).request({ path: PATH });
    const rows = Array.isArray(keys) ? keys.filter(isObject) : [];
    if (options.json) return printLine(context.stdout, printableJson(rows, 2));
    await printTable(context.stdout, [
      ['ID', 'NAME', 'SCOPES', 'CHANNELS', 'CREATED'],
      ...rows.map(({ id, name, scopes, channels, createdAt }) =>
        [id, name, scopes, channels, createdAt].map((cell) =>
          Array.isArray(cell) ? cell.join(' ') : String(cell),
        ),
      ),
    ]);
  });

  withService(
    key.command('revoke').description('revoke an API key, at once and for good').argument('<id>'),
  ).action(async (id: string, _options: object, command: Command) => {
    // A secret given by mistake must not end in an address, where proxies log it.
    if (id.startsWith('nl_'))
      throw new CommandError('usage', 'id: is the short one of "newsline key list", not the secret');
    await openService(command, context).request({ method: 'DELETE', path: [...PATH, id] });
    await printLine(context.stdout, `revoked key ${printable(id)}`);
  });
}

function readScope(value: string, earlier: readonly string[] | undefined): readonly string[] {
  const scope = SCOPES.find((known) => known === value);
  if (!scope) throw new InvalidArgumentError(`must be ${SCOPES.join(' or ')}`);
  return collect(scope, earlier);
}
