/**
 * Runs a bench: bundles its TypeScript into dist/bench, because Node 20 runs none, and starts it.
 *
 * `node bench/run.js fan-out --readers 10000`
 */
import { spawn } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const [name = 'fan-out', ...args] = process.argv.slice(2);
const root = fileURLToPath(new URL('../', import.meta.url));
const outdir = `${root}dist/bench`;

const programs = [`bench/${name}.ts`, 'bench/load-client.ts'];
for (const file of await readdir(`${root}bench/servers`)) programs.push(`bench/servers/${file}`);

await rm(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: programs,
  outdir,
  outbase: 'bench',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  sourcemap: 'inline',
  logLevel: 'error',
});

const bench = spawn(process.execPath, ['--enable-source-maps', `${outdir}/${name}.js`, ...args], {
  cwd: root,
  stdio: 'inherit',
});
// The bench hears the signal too, and ends what it started.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => bench.kill(signal));
bench.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
