import { afterEach, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { openEngine } from '../../src/cli/open-engine.ts';
import { readSettings } from '../../src/cli/settings.ts';
import { CANARY_CHANNEL, type Engine } from '../../src/domain/engine.ts';
import { accepted, commitOf } from '../contracts/newsroom.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';

let folder: TemporaryFolder | undefined;
let engine: Engine | undefined;
afterEach(async () => {
  await engine?.close();
  await folder?.dispose();
});

it('the trouble of the embedded engine stands in the log, with its reason', async () => {
  folder = await createTemporaryFolder();
  const lines: string[] = [];
  const log = pino({ base: null }, { write: (line) => void lines.push(line) });
  engine = await openEngine(
    { ...accepted(readSettings({}, {})), store: `embedded:${folder.path}/data` },
    log,
  );
  const { feed, headlines } = engine;
  const stop = await new Promise<() => void>((resolve) => {
    const unfollow = feed.follow(
      CANARY_CHANNEL,
      { headlines: 0, tail: 0 },
      {
        onBaseline: () => resolve(() => unfollow()),
        onEntries() {
          throw new Error('a bug in an observer');
        },
      },
    );
  });
  await headlines.commit(commitOf(CANARY_CHANNEL, 'probe'));
  stop();
  expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({
    level: pino.levels.values['warn'],
    channel: CANARY_CHANNEL,
    kind: 'unreadable',
    err: { message: 'a bug in an observer' },
  });
});
