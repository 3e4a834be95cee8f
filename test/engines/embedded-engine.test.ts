import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedEngine } from '../../src/engines/embedded/embedded-engine.ts';
import { describeEngine } from '../contracts/engine-contract.ts';

describeEngine('embedded', async (limits) => {
  const folder = await mkdtemp(join(tmpdir(), 'newsline-embedded-'));
  const engine = await openEmbeddedEngine({ folder, ...(limits && { limits }) });
  let current = engine;
  return {
    engine,
    async reopen() {
      await current.close();
      current = await openEmbeddedEngine({ folder, ...(limits && { limits }) });
      return current;
    },
    async dispose() {
      await current.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
});
