import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type ApiKey,
  apiKeyId,
  apiKeySchema,
  createApiKey,
  isSecretOf,
  mayDo,
  withoutHash,
} from '../../src/domain/api-key.ts';
import { check } from '../../src/domain/validation.ts';

const grant = { name: 'cms', scopes: ['publish'], channels: ['en'] } as const;
const keyOf = (scopes: ApiKey['scopes'], channels: readonly string[]): ApiKey => ({
  ...createApiKey({ name: 'cms', scopes, channels }, 0).stored,
});

describe('an API key', () => {
  it('is shown once and kept as a hash that only its secret matches', () => {
    const { stored, secret } = createApiKey(grant, Date.UTC(2026, 10, 23));
    expect(JSON.stringify(stored)).not.toContain(secret.slice(-43));
    expect(isSecretOf(secret, stored.hash)).toBe(true);
    expect(apiKeyId(secret)).toBe(stored.id);
    expect(stored).toMatchObject({ ...grant, createdAt: '2026-11-23T00:00:00.000Z' });
  });

  it('is another one each time', () => {
    const keys = Array.from({ length: 100 }, () => createApiKey(grant, 0));
    expect(new Set(keys.map(({ secret }) => secret)).size).toBe(100);
    expect(new Set(keys.map(({ stored }) => stored.id)).size).toBe(100);
  });

  it('is matched by no other text', () => {
    const { stored, secret } = createApiKey(grant, 0);
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !isSecretOf(text, stored.hash)));
    for (const text of ['', `${secret} `, secret.slice(0, -1), secret.toUpperCase(), stored.hash]) {
      expect([text, isSecretOf(text, stored.hash)]).toEqual([text, false]);
    }
    expect(isSecretOf(secret, '')).toBe(false);
  });

  it('has an id only where it has the form of one', () => {
    for (const text of ['', 'nl_', 'nl_abc_def', `nl_${'a'.repeat(12)}_${'b'.repeat(42)}`, 'xnl_']) {
      expect(apiKeyId(text)).toBeUndefined();
    }
  });

  it('shows its hash to no one who lists it', () => {
    const { stored } = createApiKey(grant, 0);
    const { hash: _, ...rest } = stored;
    expect(withoutHash(stored)).toEqual(rest);
  });
});

describe('what a key may do', () => {
  it('is bound to its scopes: admin includes publish, and not the other way', () => {
    expect(mayDo(keyOf(['publish'], ['*']), 'publish', 'en')).toBe(true);
    expect(mayDo(keyOf(['publish'], ['*']), 'admin')).toBe(false);
    expect(mayDo(keyOf(['admin'], ['*']), 'publish', 'en')).toBe(true);
  });

  it('is bound to its channels', () => {
    const key = keyOf(['publish'], ['en', 'az']);
    expect(['en', 'az', 'sport', 'e', '*'].map((channel) => mayDo(key, 'publish', channel))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(mayDo(keyOf(['publish'], ['*']), 'publish', 'anything')).toBe(true);
    expect(mayDo(keyOf(['admin'], ['en']), 'admin', '*')).toBe(false);
  });
});

describe('a request for a key', () => {
  const parse = (body: unknown): unknown => {
    const input = check(apiKeySchema, body);
    return input.ok ? input.value : input.refusal.message;
  };

  it('is for all channels where it names none', () => {
    expect(parse({ name: 'cms', scopes: ['publish'] })).toEqual({ ...grant, channels: ['*'] });
  });

  it('names what is wrong by its field', () => {
    expect(parse({ name: 'cms', scopes: ['root'] })).toBe('scopes.0: must be "publish" or "admin"');
    expect(parse({ name: 'cms', scopes: [] })).toBe('scopes: must have at least 1 entries');
    expect(parse({ name: 'cms', scopes: ['admin'], channels: ['en', 'A B'] })).toMatch(
      /^channels\.1: must be 1 to 63 of/,
    );
    expect(parse({ name: '', scopes: ['admin'] })).toBe('name: must not be empty');
  });
});
