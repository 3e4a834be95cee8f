/**
 * Runs the chaos suite: bundles its TypeScript into dist/chaos, because Node 20 runs none, and starts it.
 *
 * `node test/chaos/run.js --minutes 3 --store redis --seed 7`, or `node test/chaos/run.js check FOLDER` to judge a journal
 * once more.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));
const outdir = `${root}dist/chaos`;

const given = process.argv.slice(2);
const [name, args] = given[0] === 'check' ? ['check', given.slice(1)] : ['chaos', given];

await build({
  absWorkingDir: root,
  entryPoints: [`test/chaos/${name}.ts`],
  outdir,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  sourcemap: 'inline',
  logLevel: 'error',
});

const suite = spawn(process.execPath, ['--enable-source-maps', `${outdir}/${name}.js`, ...args], {
  cwd: root,
  stdio: 'inherit',
});
// The suite hears the signal too, and ends what it started.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => suite.kill(signal));
suite.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
