import { DAY_MS } from '../../src/domain/channel.ts';
import { openEmbeddedEngine } from '../../src/engines/embedded/embedded-engine.ts';
import { describeEngine } from '../contracts/engine-contract.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';

describeEngine('embedded', async (limits = {}) => {
  const folder = await createTemporaryFolder();
  let passedMs = 0;
  const now = () => Date.now() + passedMs;
  const open = () => openEmbeddedEngine({ folder: folder.path, limits, now });
  const engine = await open();
  let current = engine;
  return {
    engine,
    async letPass(days) {
      passedMs += days * DAY_MS;
    },
    async reopen() {
      await current.close();
      current = await open();
      return current;
    },
    async dispose() {
      await current.close();
      await folder.dispose();
    },
  };
});
