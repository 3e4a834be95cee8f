/** Examination of Redis: whether its settings keep what newsline promises, and what to set where they do not. */
import type { Finding } from '../../domain/engine.ts';
import { examineCluster } from './cluster-examination.ts';
import type { RedisLink } from './redis-link.ts';
import { examineSentinels } from './sentinel-examination.ts';
import { examineServer, readServer } from './server-examination.ts';

/**
 * Of a cluster each server is examined; what is found begins with its address then.
 *
 * @param waitReplicas that a commit waits for
 */
export async function examineRedis(link: RedisLink, waitReplicas: number): Promise<readonly Finding[]> {
  const [servers, ofSentinels, ofCluster] = await Promise.all([
    link.askAll(readServer),
    examineSentinels(link),
    link.isSharded ? examineCluster(link) : [],
  ]);
  const hasReplicas = link.isSharded || ofSentinels !== undefined;
  const knownReplicas = ofSentinels?.replicas ?? 0;
  const isOne = servers.length === 1;
  const ofServers = servers.flatMap(({ address, answer }) => {
    const findings = examineServer(answer, { hasReplicas, knownReplicas, waitReplicas });
    return isOne ? findings : findings.map((each) => ({ ...each, detail: `${address}: ${each.detail}` }));
  });
  return [...(ofSentinels?.findings ?? []), ...ofCluster, ...ofServers];
}
