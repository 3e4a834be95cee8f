/**
 * Sabotage: a build of the service with one of its safeguards taken out, to show that the suite finds what follows.
 *
 * The sources know nothing of it: the words are taken out of a copy while it is bundled, and where they do not stand
 * any more the build fails.
 */
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, type Plugin, stop } from 'esbuild';

interface Cut {
  readonly file: string;
  readonly words: string;
  readonly instead: string;
}

export const SABOTAGES = {
  /** A missed announcement stays missed: nothing is compared, no hole is repaired. */
  repair: [
    {
      file: 'src/domain/follower.ts',
      words: 'if (head.epoch !== epoch || head.sequence !== sequence || head.tag !== tag) reconcile();',
      instead: 'if (head.epoch !== epoch) reconcile();',
    },
    {
      file: 'src/domain/follower.ts',
      words: 'const isNext = epoch === position?.epoch && entry.sequence === position.sequence + 1;',
      instead:
        'const isNext = epoch === position?.epoch && entry.sequence > position.sequence; if (isNext) position = { epoch, sequence: entry.sequence - 1, tag: entry.previous };',
    },
    {
      file: 'src/domain/follower.ts',
      words: "const isWhole = reading.kind === 'current' || (advance(reading.entries) && reading.isWhole);",
      instead: 'const isWhole = true;',
    },
  ],
  /** A request that is sent again is carried out again. */
  deduplication: [
    {
      file: 'src/ingest/headline-endpoints.ts',
      words: 'key.value === undefined\n        ? undefined',
      instead: 'key.value !== null\n        ? undefined',
    },
  ],
  /** Two pasts of one number are taken for one. */
  tags: [
    {
      file: 'src/domain/follower.ts',
      words: 'if (entry.previous !== before.tag) return',
      instead: 'if (entry.previous === undefined) return',
    },
    {
      file: 'src/domain/follower.ts',
      words: 'return head.tag === position.tag ?',
      instead: 'return head.tag !== undefined ?',
    },
    {
      file: 'src/domain/follower.ts',
      words: 'if (first.previous !== from.tag) return false;',
      instead: '',
    },
  ],
} as const satisfies Record<string, readonly Cut[]>;

export type Sabotage = keyof typeof SABOTAGES;

/** @param folder under the root, so that packages are found. @returns path of the command. */
export async function buildSabotaged(sabotage: Sabotage, folder: string): Promise<string> {
  const done = new Set<Cut>();
  const cuts: readonly Cut[] = SABOTAGES[sabotage];
  const takeOut: Plugin = {
    name: 'take-out',
    setup(building) {
      building.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const here = cuts.filter(({ file }) => path === resolve(file));
        if (here.length === 0) return undefined;
        let contents = readFileSync(path, 'utf8');
        for (const cut of here) {
          if (!contents.includes(cut.words)) throw new Error(`${cut.file} no longer says: ${cut.words}`);
          contents = contents.replace(cut.words, cut.instead);
          done.add(cut);
        }
        return { contents, loader: 'ts' };
      });
    },
  };
  const outfile = join(folder, 'src', 'cli', 'main.mjs');
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: ['src/cli/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
    plugins: [takeOut],
  });
  // esbuild's own process would outlive a test.
  await stop();
  if (done.size !== cuts.length) throw new Error(`not every part of ${sabotage} was taken out`);
  symlinkSync(resolve('dist/public'), join(folder, 'public'));
  return outfile;
}
