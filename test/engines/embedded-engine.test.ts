import { openEmbeddedEngine } from '../../src/engines/embedded/embedded-engine.ts';
import { describeEngine } from '../contracts/engine-contract.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';

describeEngine('embedded', async (limits = {}) => {
  const folder = await createTemporaryFolder();
  const open = () => openEmbeddedEngine({ folder: folder.path, limits });
  const engine = await open();
  let current = engine;
  return {
    engine,
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
