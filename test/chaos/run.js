/**
 * Runs the chaos suite: bundles its TypeScript into dist/chaos, because Node 20 runs none, and starts it.
 *
 * `node test/chaos/run.js --minutes 3 --store redis --seed 7`
 */
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));
const outdir = `${root}dist/chaos`;

await rm(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ['test/chaos/chaos.ts'],
  outdir,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  sourcemap: 'inline',
  logLevel: 'error',
});

const suite = spawn(
  process.execPath,
  ['--enable-source-maps', `${outdir}/chaos.js`, ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
// The suite hears the signal too, and ends what it started.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => suite.kill(signal));
suite.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
