/** Documented users: the Redis users of docs/redis-access.md, word for word, loaded into real servers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { askRedis } from './redis-admin.ts';

const PAGE = join(process.cwd(), 'docs/redis-access.md');

/** By the heading that the lines stand under. */
export type Place = 'One Redis, or sentinels' | 'Sentinels' | 'Cluster';

export interface DocumentedUser {
  readonly name: string;
  /** All that follows the name. */
  readonly rules: readonly string[];
}

export function documentedUsers(place: Place): readonly DocumentedUser[] {
  const [, section = ''] = readFileSync(PAGE, 'utf8').split(`\n## ${place}\n`);
  const [own = ''] = section.split('\n## ');
  return [...own.matchAll(/^ACL SETUSER (\S+) (.+)$/gm)].map(([, name = '', rules = '']) => ({
    name,
    rules: rules.split(' '),
  }));
}

export function documentedUser(place: Place, name: string): DocumentedUser {
  const user = documentedUsers(place).find((each) => each.name === name);
  if (!user) throw new Error(`docs/redis-access.md has no user ${name} under ${place}`);
  return user;
}

/** Each of them in each of the servers, which need a user who may do that. */
export async function loadUsers(
  urls: readonly string[],
  users: readonly DocumentedUser[],
  { keyPrefix = 'newsline', password = 'PASSWORD' } = {},
): Promise<void> {
  const own = (rule: string) =>
    rule.replace(/^(\(?[~&])newsline:/, `$1${keyPrefix}:`).replace('>PASSWORD', `>${password}`);
  for (const url of urls) {
    await askRedis(url, async (redis) => {
      for (const { name, rules } of users) await redis.call('ACL', 'SETUSER', name, ...rules.map(own));
    });
  }
}

/** The same address as another user. */
export const asUser = (url: string, name: string, password = 'PASSWORD'): string =>
  url.replace(/\/\/(?:[^@/]*@)?/, `//${name}:${password}@`);
