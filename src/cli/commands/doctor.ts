/**
 * `newsline doctor`: what is wrong, and what to do, one line for each check.
 *
 * What it could not look at it calls skipped, never all right. Changes nothing: the round trip from commit to reader is the gateway's own probe, which `/readyz` reports.
 */
import type { Command } from 'commander';
import type { Finding } from '../../domain/engine.ts';
import { isObject, reasonOf, refusedBy, type ServiceAnswer, type ServiceClient } from '../service-client.ts';
import type { CommandContext } from './command-context.ts';
import { addDoctorEmbedCommand } from './doctor-embed.ts';
import { printFindings } from './print-findings.ts';
import { openService, withService } from './service-options.ts';

/** The oldest Node that we run on; package.json says the same. */
const NODE_FLOOR = [20, 19] as const;

export function addDoctorCommand(program: Command, context: CommandContext): void {
  const doctor = withService(
    program
      .command('doctor')
      .description('check settings, service and store, and say what is wrong and what to do')
      .option('--store <store>', 'examine this store, not that of NEWSLINE_STORE: redis://127.0.0.1:6379'),
  ).action(async ({ store }: { store?: string }, command: Command) => {
    await printFindings(examine(openService(command, context), store, context), context);
  });
  addDoctorEmbedCommand(doctor, context);
}

async function* examine(
  client: ServiceClient,
  givenStore: string | undefined,
  { env, checkSettings = () => [], examineStore = noExaminer }: CommandContext,
): AsyncGenerator<Finding> {
  yield checkNode(process.versions.node);
  yield* checkSettings(env, givenStore);
  const health = await checkHealth(client);
  yield health;
  if (health.ok) {
    yield await checkRoundTrip(client);
    yield await checkKey(client);
  }
  const store = givenStore ?? env['NEWSLINE_STORE'];
  if (store) yield* await examineGuarded(store, examineStore);
  else yield skipped('store', 'name it by --store, or by NEWSLINE_STORE as the service has it');
}

const skipped = (subject: string, why: string): Finding => ({
  ok: true,
  isSkipped: true,
  subject,
  detail: `not checked; ${why}`,
});

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const ok = major > NODE_FLOOR[0] || (major === NODE_FLOOR[0] && minor >= NODE_FLOOR[1]);
  const detail = ok ? version : `${version} is too old: install ${NODE_FLOOR.join('.')} or newer`;
  return { ok, subject: 'Node', detail };
}

async function checkHealth(client: ServiceClient): Promise<Finding> {
  const subject = 'service';
  try {
    const answer = await client.ask({ path: ['healthz'] });
    if (answer.status === 200) return { ok: true, subject, detail: `${client.url} answers` };
    return { ok: false, subject, detail: refusedBy(client.url, answer).message };
  } catch (error) {
    return { ok: false, subject, detail: messageOf(error) };
  }
}

async function checkRoundTrip(client: ServiceClient): Promise<Finding> {
  const subject = 'round trip';
  return guarded(subject, async () => {
    const answer = await client.ask({ path: ['readyz'] });
    if (answer.status === 200) {
      const ms = isObject(answer.body) ? answer.body['roundTripMs'] : undefined;
      if (typeof ms !== 'number') return skipped(subject, 'no gateway runs here');
      const took = `lately in ${Math.round(ms)} ms`;
      return { ok: true, subject, detail: `what is committed comes back to readers, ${took}` };
    }
    const why = reasonIn(answer) ?? `/readyz answered ${answer.status}`;
    return {
      ok: false,
      subject,
      detail: `${why}; check that the store runs and that this gateway reaches it`,
    };
  });
}

async function checkKey(client: ServiceClient): Promise<Finding> {
  const subject = 'API key';
  if (!client.hasKey) return skipped(subject, 'set NEWSLINE_KEY to check it');
  return guarded(subject, async () => {
    const answer = await client.ask({ path: ['v1', 'channels'] });
    if (answer.status === 200)
      return { ok: true, subject, detail: `may administer; ${countOf(answer)} channels` };
    if (answer.status === 404) return skipped(subject, `${client.url} is a gateway, which takes no keys`);
    if (answer.status === 403)
      return { ok: true, subject, detail: 'is known; may not administer channels and keys' };
    return { ok: false, subject, detail: refusedBy(client.url, answer).message };
  });
}

const noExaminer = (): Promise<never> => Promise.reject(new Error('stores cannot be examined from here'));

async function examineGuarded(
  store: string,
  examineStore: (store: string) => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await examineStore(store);
  } catch (error) {
    return [{ ok: false, subject: 'store', detail: messageOf(error) }];
  }
}

async function guarded(subject: string, check: () => Promise<Finding>): Promise<Finding> {
  try {
    return await check();
  } catch (error) {
    return { ok: false, subject, detail: messageOf(error) };
  }
}

const countOf = ({ body }: ServiceAnswer): number =>
  isObject(body) && Array.isArray(body['channels']) ? body['channels'].length : 0;

/** `/readyz` says why in `detail`, or in what is not ready. */
const reasonIn = ({ body }: ServiceAnswer): string | undefined =>
  isObject(body) ? [body['detail'], body['reason']].find((text) => typeof text === 'string') : undefined;

const messageOf = (error: unknown): string =>
  isObject(error) && typeof error['message'] === 'string' ? error['message'] : reasonOf(error);
