/**
 * Builds @newsline/client: `node client-sdk/build.js` writes client-sdk/dist.
 *
 * - index.js: the headless client, an ES module
 * - news-ticker.js: <news-ticker>, an ES module that registers it
 * - newsline.js: both for a script tag, with `newsline.connect` on the global
 * - types: declarations of the two modules
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';

const HERE = dirname(fileURLToPath(import.meta.url));
const DIST = join(HERE, 'dist');

/** Style stands in the source as text, which esbuild would leave as it is. */
const minifyStyle = {
  name: 'minify-style',
  setup({ onLoad }) {
    onLoad({ filter: /news-ticker-style\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const [literal, style] = /`\n(:host [^`]*)`/.exec(source) ?? [];
      if (!literal) throw new Error(`no style sheet found in ${path}`);
      const { code } = await transform(style, { loader: 'css', minify: true });
      return { loader: 'ts', contents: source.replace(literal, () => JSON.stringify(code.trim())) };
    });
  },
};

/** @param {string} outDir folder for the three bundles */
export async function bundleClient(outDir = DIST) {
  const shared = {
    bundle: true,
    minify: true,
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [minifyStyle],
  };
  const source = (name) => join(HERE, 'src', `${name}.ts`);
  await Promise.all([
    build({
      ...shared,
      entryPoints: [source('index'), source('news-ticker')],
      format: 'esm',
      outdir: outDir,
      sourcemap: true,
    }),
    build({
      ...shared,
      entryPoints: { newsline: source('script-tag') },
      format: 'iife',
      outdir: outDir,
      sourcemap: true,
    }),
  ]);
}

function writeTypes() {
  const compiler = join(
    dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
    'bin',
    'tsc',
  );
  const { status } = spawnSync(process.execPath, [compiler, '-p', HERE], { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  rmSync(DIST, { recursive: true, force: true });
  await bundleClient();
  writeTypes();
}
