/**
 * Takes pictures of the ticker and of the service's pages: bundles the TypeScript of scripts/screenshots into
 * dist/screenshots, because Node 20 runs none, and runs it.
 *
 * `npm run screenshots` writes all pictures into dist/screenshots/pictures, to be looked at;
 * `npm run screenshots -- --keep` also puts those that the documentation shows into docs/images.
 */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));
const outfile = `${root}dist/screenshots/screenshots.js`;

process.chdir(root);
await build({
  absWorkingDir: root,
  entryPoints: ['scripts/screenshots/screenshots.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  logLevel: 'error',
});
const { takeScreenshots } = await import(outfile);
await takeScreenshots({
  isKept: process.argv.includes('--keep'),
  only: process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined,
});
