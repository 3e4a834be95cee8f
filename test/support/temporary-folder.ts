/** Temporary folder: a place of its own for one test, taken away with all that is in it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryFolder {
  readonly path: string;
  dispose(): Promise<void>;
}

export async function createTemporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'newsline-'));
  return { path, dispose: () => rm(path, { recursive: true, force: true }) };
}
