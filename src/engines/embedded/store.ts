/**
 * Store: the LMDB file in its folder, held by this process alone.
 *
 * A write is whole or not at all, and resolves once it is flushed (tables.ts says why). Each write makes sure that
 * the folder is still ours, so that even a holder whose socket was removed from outside never writes beside another.
 */
import type { Transaction } from 'lmdb';
import { EngineUnavailable } from '../../domain/engine.ts';
import { lockFolder, type Owner } from './folder-lock.ts';
import { checkStoreFile, FolderError, flushFolder, prepareFolder } from './store-folder.ts';
import { openEnvironment, openTables, storePath, type Tables } from './tables.ts';

export interface Store {
  /** Real path. */
  readonly folder: string;
  /** The file in it. */
  readonly path: string;
  readonly tables: Tables;
  /** One instant: all reads that are given the transaction see the same state, and never half a commit. */
  read<Value>(action: (transaction: Transaction) => Value): Promise<Value>;
  /** What `action` puts and removes, synchronously, is one transaction; where it throws, nothing of it is kept. */
  write<Value>(action: () => Value): Promise<Value>;
  /** A number that is never given again. Inside a write only. */
  nextHome(): number;
  /** Waits for pending writes, then lets the folder go. */
  close(): Promise<void>;
}

const FORMAT = 1;

/** LMDB must not open one file twice in a process: closing the second frees the file locks of the first. */
const openFolders = new Set<string>();

/** @throws FolderError where the folder cannot be used, or is in use. */
export async function openStore(name: string): Promise<Store> {
  const folder = await prepareFolder(name);
  if (openFolders.has(folder)) {
    throw new FolderError(
      'folder-in-use',
      `${folder} is in use by process ${process.pid}, which is this one: open it once`,
    );
  }
  openFolders.add(folder);
  try {
    return await openHeld(folder);
  } catch (error) {
    openFolders.delete(folder);
    throw error;
  }
}

async function openHeld(folder: string): Promise<Store> {
  await checkStoreFile(storePath(folder));
  const environment = openFile(folder);
  const { root, meta, path } = environment;
  let release = async () => {};
  try {
    const lock = await lockFolder(folder, (seen, next) =>
      root.transactionSync(() => {
        const named = meta.get('owner') as Owner | undefined;
        if (named && named.socket !== seen?.socket) return named;
        meta.putSync('owner', next);
        return next;
      }),
    );
    release = lock.release;
    const format = meta.get('format') ?? FORMAT;
    if (format !== FORMAT) {
      throw new FolderError(
        'folder-unusable',
        `cannot use ${folder}: its format is ${String(format)}, and this version of newsline knows ${FORMAT} only`,
      );
    }
    meta.putSync('format', FORMAT);
    await flushFolder(folder);
    const isOurs = () => (meta.get('owner') as Owner | undefined)?.socket === lock.owner.socket;
    return serve({ folder, path, tables: openTables(root) }, environment, isOurs, release);
  } catch (error) {
    await root.close();
    await release();
    throw error;
  }
}

function openFile(folder: string) {
  try {
    return openEnvironment(folder);
  } catch (error) {
    const why = `cannot open the store in ${folder}: ${(error as Error).message}`;
    throw new FolderError('folder-unusable', why, { cause: error });
  }
}

function serve(
  parts: Pick<Store, 'folder' | 'path' | 'tables'>,
  { root, meta }: ReturnType<typeof openEnvironment>,
  isOurs: () => boolean,
  release: () => Promise<void>,
): Store {
  const pending = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  const refuseClosed = () => {
    if (closing) throw new EngineUnavailable('the embedded store is closed');
  };

  async function close(): Promise<void> {
    await Promise.allSettled(pending);
    await root.close();
    await release();
    openFolders.delete(parts.folder);
  }

  return {
    ...parts,
    async read(action) {
      refuseClosed();
      const transaction = root.useReadTransaction();
      try {
        return action(transaction);
      } finally {
        transaction.done();
      }
    },
    async write(action) {
      refuseClosed();
      // A child transaction: the outer one is shared by all writes of this turn, and would keep what was put
      // before a throw.
      const writing = root.childTransaction(() => {
        if (!isOurs()) throw new EngineUnavailable(`another process has taken ${parts.folder} over`);
        return action();
      });
      pending.add(writing);
      try {
        return await writing;
      } catch (error) {
        throw unavailable(error);
      } finally {
        pending.delete(writing);
      }
    },
    nextHome() {
      const home = (meta.get('nextHome') as number | undefined) ?? 1;
      meta.putSync('nextHome', home + 1);
      return home;
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function unavailable(error: unknown): EngineUnavailable {
  if (error instanceof EngineUnavailable) return error;
  // lmdb hands the reason of a failed commit over as a second rejection, which no one else would catch.
  const { commitError, message } = error as Error & { readonly commitError?: Promise<never> };
  commitError?.catch(() => {});
  return new EngineUnavailable(`the embedded store could not write: ${message}`, { cause: error });
}
