/**
 * Folder lock: one folder, one process, and no lock that outlives its holder.
 *
 * The holder listens on a Unix socket in the folder, and the store says which socket is the holder's. The kernel
 * closes the socket with the process, however it ends; so a name that no one answers at is free, and whoever
 * replaces that name first, in a transaction of the store, is the next holder. Rejected: a file with a pid (stale
 * after `kill -9`, and another process may bear the pid by then), and taking the socket's path over by unlink and
 * bind (two starters can each unlink the other's).
 */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join, relative } from 'node:path';
import { FolderError } from './store-folder.ts';

export interface Owner {
  /** Name of the socket in the folder. */
  readonly socket: string;
  readonly pid: number;
}

/**
 * Compares and sets the owner that the store names, whole across processes.
 *
 * @returns the owner named afterwards: `next` where the owner was `seen`, else the one that came between.
 */
export type ClaimOwner = (seen: Owner | undefined, next: Owner) => Owner;

export interface FolderLock {
  /** Writers that find another owner named have lost the folder, and must not write. */
  readonly owner: Owner;
  release(): Promise<void>;
}

/** `sun_path` without its closing zero byte. [unix(7)] */
const PATH_LIMIT = process.platform === 'darwin' ? 103 : 107;

/** @throws FolderError where another process holds the folder, or no socket can be made in it. */
export async function lockFolder(folder: string, claim: ClaimOwner): Promise<FolderLock> {
  const owner: Owner = { socket: `owner-${randomBytes(6).toString('hex')}.sock`, pid: process.pid };
  // Listening comes before the claim: whoever reads our name must find us.
  const server = await listen(folder, owner.socket);
  const release = async () => {
    await new Promise<void>((resolve) => server.close(() => resolve()));
    await rm(join(folder, owner.socket), { force: true });
  };
  try {
    let seen: Owner | undefined;
    for (;;) {
      const named = claim(seen, owner);
      if (named.socket === owner.socket) break;
      if (await answers(folder, named.socket)) {
        throw new FolderError(
          'folder-in-use',
          `${folder} is in use by process ${named.pid}: stop that first, or choose another folder`,
        );
      }
      seen = named;
    }
    // Only the socket we replaced is known to be dead; another starter's may be about to be claimed.
    if (seen) await rm(join(folder, seen.socket), { force: true });
    return { owner, release };
  } catch (error) {
    await release();
    throw error;
  }
}

function listen(folder: string, name: string): Promise<Server> {
  const path = socketPath(folder, name);
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => {
      const message = `cannot use ${folder}: no Unix socket can be made in it (${error.message})`;
      reject(new FolderError('folder-unusable', message, { cause: error }));
    });
    server.listen(path, () => resolve(server.unref()));
  });
}

/** Whether a process listens there. A stopped or busy one does too: the kernel takes the connection for it. */
function answers(folder: string, name: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath(folder, name));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') return resolve(false);
      const message = `cannot tell whether another process uses ${folder} (${error.message})`;
      reject(new FolderError('folder-unusable', message, { cause: error }));
    });
  });
}

/** The shorter of the absolute and the relative path: sockets have short names. */
function socketPath(folder: string, name: string): string {
  const [path] = [join(folder, name), relative(process.cwd(), join(folder, name))].sort(
    (a, b) => Buffer.byteLength(a) - Buffer.byteLength(b),
  );
  if (path !== undefined && Buffer.byteLength(path) <= PATH_LIMIT) return path;
  throw new FolderError(
    'folder-unusable',
    `cannot use ${folder}: its path is too long for a Unix socket; choose one of at most ` +
      `${PATH_LIMIT - name.length - 1} bytes`,
  );
}
