/** Which stores a start accepts, and what it says of a wrong one. */
import { describe, expect, it } from '@jest/globals';
import { readSettings } from '../../src/cli/settings.ts';

describe('the store', () => {
  it.each([
    'embedded:./data',
    'redis://:secret@127.0.0.1:6379/0',
    'rediss://redis.internal',
    'redis+sentinel://:secret@a:26379,b:26379,c/newsroom?sentinelPassword=other',
    'rediss+cluster://user:secret@a:7000,b:7001',
  ])('may be %s', (store) => {
    expect(readSettings({ store }, {})).toMatchObject({ ok: true, value: { store } });
  });

  it.each([
    ['mysql://:hush@a', /^--store must be embedded:FOLDER/],
    ['embedded:', /^--store must be embedded:FOLDER/],
    ['redis+sentinel://:hush@a,b', /^--store must name the primary/],
    ['redis+cluster://:hush@a/7', /^--store must name no database/],
    ['redis:hush@a', /^--store must begin with redis:\/\//],
  ])('is refused as %s by a line that names the setting, and quotes no password', (store, words) => {
    const result = readSettings({ store }, {});
    const message = result.ok ? '' : result.refusal.message;
    expect(message).toMatch(words);
    expect(message).not.toContain('hush');
  });
});

describe('waiting for replicas', () => {
  it('is refused for an embedded store, which has none, by a line that names the setting', () => {
    const result = readSettings({ waitReplicas: '1' }, {});
    expect(result.ok ? '' : result.refusal.message).toBe(
      '--wait-replicas needs a redis:// store: an embedded one has no replicas',
    );
    expect(readSettings({}, { NEWSLINE_WAIT_REPLICAS: '0' }).ok).toBe(true);
    expect(readSettings({ store: 'redis://a' }, { NEWSLINE_WAIT_REPLICAS: '2' })).toMatchObject({
      ok: true,
      value: { waitReplicas: 2, waitReplicasMs: 1_000 },
    });
  });
});
