import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { examineStore } from '../../src/cli/examine-store.ts';
import { openEmbeddedEngine } from '../../src/engines/embedded/embedded-engine.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';

let temporary: TemporaryFolder;
beforeEach(async () => {
  temporary = await createTemporaryFolder();
});
afterEach(() => temporary.dispose());

describe('examining a store beside the service', () => {
  it('does not make an embedded store that is not there', async () => {
    const folder = join(temporary.path, 'data');
    expect(await examineStore(`embedded:${folder}`, {})).toEqual([
      {
        ok: true,
        isSkipped: true,
        subject: 'store',
        detail: `not checked; there is no ${folder} yet; \`newsline serve\` makes it`,
      },
    ]);
    expect(existsSync(folder)).toBe(false);
  });

  it('leaves an embedded store to the process that has it, and finds no fault in that', async () => {
    const folder = join(temporary.path, 'data');
    const engine = await openEmbeddedEngine({ folder });
    const [finding, ...more] = await examineStore(`embedded:${folder}`, {});
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ ok: true, isSkipped: true, subject: 'store' });
    expect(finding?.detail).toContain(`another process has ${folder}`);
    await engine.close();
    const examined = await examineStore(`embedded:${folder}`, {});
    expect(examined.map(({ subject }) => subject)).toContain('durability');
    expect(examined.filter(({ isSkipped }) => isSkipped)).toEqual([]);
  });

  it('says of what cannot be opened for another reason that it cannot', async () => {
    await expect(examineStore(`embedded:${process.execPath}`, {})).rejects.toThrow('cannot use');
    await expect(examineStore('redis://127.0.0.1:1', {})).rejects.toThrow('127.0.0.1:1');
    await expect(examineStore('embedded:', {})).rejects.toThrow('--store must be embedded:FOLDER');
  });
});
