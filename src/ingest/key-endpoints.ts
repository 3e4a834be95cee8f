/**
 * Key endpoints: who may write. All of them take the right to administer all channels, so that no key can make one
 * that may do more than itself.
 */
import { apiKeySchema, createApiKey, withoutHash } from '../domain/api-key.ts';
import { type ApiKeyStore, KEY_LIMIT } from '../domain/engine.ts';
import { check } from '../domain/validation.ts';
import { accepted, refused } from '../protocol/refusal.ts';
import type { Endpoint } from './endpoint.ts';

export interface KeyEndpointsOptions {
  readonly keys: ApiKeyStore;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
}

const COLLECTION = '/v1/keys';
const ITEM = `${COLLECTION}/:id`;
const KEY_ID = /^[A-Za-z0-9]{12}$/;

export function keyEndpoints({ keys, now }: KeyEndpointsOptions): readonly Endpoint[] {
  return [
    {
      method: 'get',
      path: COLLECTION,
      scope: 'admin',
      on: 'all',
      async handle() {
        const all = await keys.list();
        return accepted({ status: 200, body: { keys: all.map(withoutHash) } });
      },
    },
    {
      method: 'post',
      path: COLLECTION,
      scope: 'admin',
      on: 'all',
      body: 'needed',
      async handle({ body }) {
        const grant = check(apiKeySchema, body);
        if (!grant.ok) return grant;
        if ((await keys.list()).length >= KEY_LIMIT) {
          const message = `there can be ${KEY_LIMIT} API keys; revoke one first`;
          return refused({ code: 'limit-reached', message });
        }
        const { name, scopes, channels } = grant.value;
        const unique = { name, scopes: [...new Set(scopes)], channels: [...new Set(channels)] };
        const { stored, secret } = createApiKey(unique, now());
        await keys.put(stored);
        const headers = { location: `${COLLECTION}/${stored.id}` };
        return accepted({ status: 201, id: stored.id, headers, body: { key: withoutHash(stored), secret } });
      },
    },
    {
      method: 'delete',
      path: ITEM,
      scope: 'admin',
      on: 'all',
      async handle({ id }) {
        if (KEY_ID.test(id) && (await keys.delete(id))) return accepted({ status: 204 });
        return refused({ code: 'unknown-key', message: 'there is no API key with this id' });
      },
    },
  ];
}
