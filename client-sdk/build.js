/**
 * Builds @newsline/client: `node client-sdk/build.js` writes client-sdk/dist.
 *
 * - index.js: the headless client, an ES module
 * - news-ticker.js: <news-ticker>, an ES module that registers it
 * - react.js: the element as a component of React, and a hook
 * - testing.js: a service that is none, for tests of sites
 * - newsline.js: both for a script tag, with `newsline.connect` on the global
 * - newsline/: the parts that the script tag loads when they are first wanted, each an ES module of its own
 * - types: declarations of the modules
 * - custom-elements.json: the element's attributes, events, parts and custom properties, for editors
 *
 * What the sources import by `import()` is a part. Those of the modules are the bundler's chunks; those of the script
 * tag carry a hash of their content in the address, so that a cache never pairs one with a script it does not fit.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import { describeElement } from './describe-element.js';

const HERE = dirname(fileURLToPath(import.meta.url));
const DIST = join(HERE, 'dist');

/** Style stands in the source as text, which esbuild would leave as it is. */
const minifyStyle = {
  name: 'minify-style',
  setup({ onLoad }) {
    onLoad({ filter: /-style\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const [literal, style] = /`\n([^`]*)`/.exec(source) ?? [];
      if (!literal) throw new Error(`no style sheet found in ${path}`);
      const { code } = await transform(style, { loader: 'css', minify: true });
      return { loader: 'ts', contents: source.replace(literal, () => JSON.stringify(code.trim())) };
    });
  },
};

const SHARED = {
  bundle: true,
  minify: true,
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'warning',
  sourcemap: true,
};

const source = (name) => join(HERE, 'src', `${name}.ts`);

/**
 * Leaves parts out of a bundle, under an address beside it.
 *
 * @param {(path: string) => string} addressOf of the part with this source
 */
const partsAt = (addressOf) => ({
  name: 'parts',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ path, kind, resolveDir }) =>
      kind === 'dynamic-import' ? { path: addressOf(resolve(resolveDir, path)), external: true } : undefined,
    );
  },
});

const partName = (path) => basename(path, '.ts');

/**
 * Leaves the client out of what is built on it: there is one in a page, and whoever takes it alone loads one file.
 * Chunks stand beside it, so that one address leads to it from everywhere.
 */
const onClient = {
  name: 'on-client',
  setup({ onResolve }) {
    onResolve({ filter: /\/connect\.ts$/ }, () => ({ path: './index.js', external: true }));
  },
};

async function bundleModules(outDir) {
  const modules = {
    ...SHARED,
    format: 'esm',
    splitting: true,
    chunkNames: '[name]-[hash]',
    outdir: outDir,
  };
  await Promise.all([
    build({ ...modules, entryPoints: [source('index')] }),
    build({
      ...modules,
      entryPoints: ['news-ticker', 'react'].map(source),
      external: ['react'],
      plugins: [minifyStyle, onClient],
    }),
    build({ ...modules, entryPoints: [source('testing')] }),
  ]);
}

/**
 * A classic script of another website has no address of its own for `import()`: a browser hides it from the page.
 * [HTML Living Standard: muted errors] So the script takes it from its element while it runs.
 */
const OWN_ADDRESS = 'ownAddress';

async function bundleScript(outDir) {
  const script = {
    ...SHARED,
    entryPoints: { newsline: source('script-tag') },
    // Closed in by hand: the bundler's own closure brings a `require` along for each part that is left out.
    format: 'esm',
    banner: { js: `"use strict";(()=>{const ${OWN_ADDRESS}=document.currentScript?.src||location.href;` },
    footer: { js: '})();' },
    outdir: outDir,
  };
  const parts = new Set();
  const gather = partsAt((path) => {
    parts.add(path);
    return path;
  });
  await build({ ...script, write: false, plugins: [minifyStyle, gather] });
  const { metafile } = await build({
    ...SHARED,
    entryPoints: Object.fromEntries([...parts].map((path) => [partName(path), path])),
    format: 'esm',
    outdir: join(outDir, 'newsline'),
    plugins: [minifyStyle],
    metafile: true,
  });
  const hashes = new Map(
    await Promise.all(
      Object.keys(metafile.outputs)
        .filter((file) => file.endsWith('.js'))
        .map(async (file) => {
          const content = await readFile(file);
          return [basename(file, '.js'), createHash('sha256').update(content).digest('hex').slice(0, 8)];
        }),
    ),
  );
  const addressOf = (path) => `./newsline/${partName(path)}.js?${hashes.get(partName(path))}`;
  const { outputFiles } = await build({
    ...script,
    write: false,
    plugins: [minifyStyle, partsAt(addressOf)],
  });
  await Promise.all(
    outputFiles.map(({ path, text }) => writeFile(path, path.endsWith('.js') ? besideItself(text) : text)),
  );
}

const besideItself = (script) =>
  script.replaceAll(/import\(("\.\/newsline\/[^"]+")\)/g, `import(new URL($1,${OWN_ADDRESS}))`);

/** @param {string} outDir folder for the bundles */
export async function bundleClient(outDir = DIST) {
  await Promise.all([bundleModules(outDir), bundleScript(outDir)]);
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
  const manifest = JSON.stringify(describeElement(join(DIST, 'types')), null, 2);
  await writeFile(join(DIST, 'custom-elements.json'), `${manifest}\n`);
}
