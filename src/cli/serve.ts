/** `newsline serve`: from settings to a running service, and from a signal to its end. */
import type { Command } from 'commander';
import { CommandError } from './command-error.ts';
import type { Service } from './service.ts';
import { readSettings, SETTING_FLAGS } from './settings.ts';

export interface ServeContext {
  readonly stdout: { write(text: string): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly publicFolder: string;
  /** Aborts when the service is to drain and end. */
  readonly signal: AbortSignal;
}

export function addServeCommand(program: Command, context: ServeContext): void {
  const command = program.command('serve').description('run the service');
  for (const { flag, help } of Object.values(SETTING_FLAGS)) if (flag !== '') command.option(flag, help);
  command.action((flags: Record<string, unknown>) => serve(flags, context));
}

async function serve(
  flags: Record<string, unknown>,
  { stdout, env, publicFolder, signal }: ServeContext,
): Promise<void> {
  const settings = readSettings(flags, env);
  if (!settings.ok) throw new CommandError('failed', settings.refusal.message);
  // Loaded only here: the client commands need none of it, and begin sooner without it.
  const [{ createLog }, { openEngine }, { startService }] = await Promise.all([
    import('./log.ts'),
    import('./open-engine.ts'),
    import('./service.ts'),
  ]);
  const log = createLog(settings.value.logLevel);
  const engine = await openEngine(settings.value, log).catch(failStart);
  let service: Service;
  try {
    service = await startService({ settings: settings.value, engine, log, publicFolder });
  } catch (error) {
    await engine.close();
    failStart(error);
  }
  stdout.write(greeting(service, settings.value.publicUrl ?? service.url));
  log.info({ url: service.url, store: engine.name, roles: settings.value.roles }, 'listening');
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  log.info('draining');
  await service.stop();
  log.info('stopped');
}

/** A port or folder in use, a store that does not answer: news for the operator in one line. A bug goes on as it is. */
function failStart(error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'ERR_UNKNOWN';
  if (!(error instanceof Error) || code.startsWith('ERR_')) throw error;
  const advice = code === 'EADDRINUSE' ? '; stop what listens there, or choose another with --port' : '';
  throw new CommandError('failed', `${error.message}${advice}`, { cause: error });
}

function greeting({ firstKey }: Service, url: string): string {
  const started = `newsline is at ${url}\n`;
  if (firstKey === undefined) return started;
  return `${started}
This is the first start. Your key, shown this once (write it down):

  export NEWSLINE_KEY=${firstKey}

Post a headline:

  curl ${url}/v1/channels/main/headlines -H "Authorization: Bearer $NEWSLINE_KEY" -H 'Content-Type: application/json' -d '{"title":"Hello, newsroom"}'

`;
}
