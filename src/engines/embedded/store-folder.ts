/** Store folder: the folder of an embedded store, made and checked, and what is wrong with it in one sentence. */
import { access, constants, mkdir, open, realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';

export class FolderError extends Error {
  override readonly name = 'FolderError';
  readonly code: 'folder-in-use' | 'folder-unusable';

  constructor(code: FolderError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Only we may enter: the store holds embargoed stories. */
const MODE = 0o700;

/**
 * Makes the folder where there is none.
 *
 * @returns its real path, so that one folder has one name.
 * @throws FolderError
 */
export async function prepareFolder(folder: string): Promise<string> {
  const path = resolve(folder);
  try {
    await mkdir(path, { recursive: true, mode: MODE });
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return await realpath(path);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const why = `cannot use ${path} to keep headlines in: ${REASONS[code] ?? message}`;
    throw new FolderError('folder-unusable', why, { cause: error });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'part of the path is a file',
  EEXIST: 'it is a file',
  ENOSPC: 'the disk is full',
};

/** Stands in the first page of every LMDB file; little-endian, as LMDB's files are on the machines we know. */
const LMDB_MAGIC = Buffer.from('dec0efbe', 'hex');

/**
 * Looks at a file before LMDB does, which takes the process down where the file is not its own.
 *
 * @throws FolderError
 */
export async function checkStoreFile(path: string): Promise<void> {
  let beginning: Buffer;
  try {
    const handle = await open(path);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
      beginning = buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    throw new FolderError('folder-unusable', `cannot open ${path}: ${message}`, { cause: error });
  }
  // Empty: its first opening was cut short, and LMDB begins it anew.
  if (beginning.length === 0 || beginning.includes(LMDB_MAGIC)) return;
  throw new FolderError(
    'folder-unusable',
    `cannot use ${path}: it is damaged, or no store of newsline; put a backup in its place, or take it away`,
  );
}

/** Flushes the folder itself: a new file survives a loss of power only once its name does. */
export async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Whether others than its owner may enter. */
export async function isOpenToOthers(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  return process.platform !== 'win32' && (mode & 0o077) !== 0;
}
