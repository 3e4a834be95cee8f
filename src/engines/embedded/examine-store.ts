/** What `newsline doctor` says of an embedded store. */
import { stat, statfs } from 'node:fs/promises';
import type { Finding } from '../../domain/engine.ts';
import type { Store } from './store.ts';
import { isOpenToOthers } from './store-folder.ts';

/** Room for some hundred thousand headlines; below it, someone should look. */
const LOW_SPACE_BYTES = 256 * 1024 * 1024;

export async function examineStore(store: Store): Promise<readonly Finding[]> {
  return Promise.all([
    find('folder', async () => {
      if (await isOpenToOthers(store.folder)) {
        return [false, `${store.folder} can be entered by other users of this machine: chmod 700 it`];
      }
      return [true, store.folder];
    }),
    find('size', async () => [true, `${inMebibytes((await stat(store.path)).size)} in ${store.path}`]),
    find('free space', async () => {
      const { bavail, bsize } = await statfs(store.folder);
      const bytes = bavail * bsize;
      if (bytes < LOW_SPACE_BYTES)
        return [false, `only ${inMebibytes(bytes)} are left: make room on the disk`];
      return [true, inMebibytes(bytes)];
    }),
    find('channels', async () => {
      const count = await store.read((transaction) => store.tables.channels.getKeysCount({ transaction }));
      return [true, String(count)];
    }),
    find('durability', async () => {
      await store.write(() => {});
      return [true, 'a commit is flushed to the disk before it is acknowledged'];
    }),
  ]);
}

async function find(subject: string, look: () => Promise<[ok: boolean, detail: string]>): Promise<Finding> {
  try {
    const [ok, detail] = await look();
    return { ok, subject, detail };
  } catch (error) {
    return { ok: false, subject, detail: (error as Error).message };
  }
}

const inMebibytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
