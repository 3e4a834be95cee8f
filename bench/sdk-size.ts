/**
 * Bench: how many bytes a browser loads for what this project ships, beside the published browser builds of others.
 *
 * Theirs are connections; the row of ours to hold against them is the client, with its fallbacks where theirs have such.
 * What draws a list comes on top of theirs.
 * Files are compressed one by one, as they travel, at the highest level that servers use for files.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { renderTable } from './table.ts';

const root = new URL('../../', import.meta.url);
const ours = new URL('client-sdk/dist/', root);
const peers = new URL('bench/sdk-size/', root);

const { values: flags } = parseArgs({
  options: { out: { type: 'string', default: 'bench/results/sdk-size-latest.json' } },
});

interface Build {
  readonly name: string;
  readonly version: string;
  readonly files: readonly URL[];
}

interface Size {
  readonly name: string;
  readonly version: string;
  readonly files: readonly string[];
  readonly raw: number;
  readonly gzip: number;
  readonly brotli: number;
}

const own = async (name: string, paths: readonly string[]): Promise<Build> => ({
  name,
  version: await versionIn(new URL('client-sdk/', root)),
  files: paths.map((path) => new URL(path, ours)),
});

const peer = async (name: string, path: string): Promise<Build> => {
  const folder = new URL(`node_modules/${name}/`, peers);
  return { name, version: await versionIn(folder), files: [new URL(path, folder)] };
};

async function versionIn(folder: URL): Promise<string> {
  return JSON.parse(await readFile(new URL('package.json', folder), 'utf8')).version;
}

async function weigh({ name, version, files }: Build): Promise<Size> {
  const contents = await Promise.all(files.map((file) => readFile(file)));
  const sum = (sizeOf: (content: Buffer) => number) =>
    contents.reduce((total, content) => total + sizeOf(content), 0);
  return {
    name,
    version,
    files: files.map(({ href }) => href.slice(root.href.length)),
    raw: sum(({ length }) => length),
    gzip: sum((content) => gzipSync(content, { level: 9 }).length),
    brotli: sum((content) => brotliCompressSync(content).length),
  };
}

/** The others are no dependencies of the project: they are installed, by their lock file, when they are first weighed. */
function installPeers(): void {
  if (existsSync(new URL('node_modules/.package-lock.json', peers))) return;
  process.stderr.write('npm ci in bench/sdk-size\n');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: fileURLToPath(peers),
    stdio: ['ignore', process.stderr, 'inherit'],
  });
  if (status !== 0) throw new Error('what it is compared with could not be installed');
}

installPeers();
const scripts = (files: readonly string[]) => files.filter((file) => file.endsWith('.js')).sort();
const parts = scripts(await readdir(new URL('newsline/', ours))).map((file) => `newsline/${file}`);
const FIRST_LIST = ['ticker-show', 'list-layout', 'shared-connection', 'speech'];
/** Chunks of the modules have a hash in their names. */
const ON_DEMAND = /^(?:http|shared-connection)-\w+\.js$/;
const onDemand = scripts(await readdir(ours)).filter((file) => ON_DEMAND.test(file));
const builds = await Promise.all([
  own('client', ['index.js']),
  own('client, with fallbacks and tabs', ['index.js', ...onDemand]),
  own('script tag', ['newsline.js']),
  own('script tag, and a first list', ['newsline.js', ...FIRST_LIST.map((name) => `newsline/${name}.js`)]),
  own('script tag, and every part', ['newsline.js', ...parts]),
  peer('socket.io-client', 'dist/socket.io.min.js'),
  peer('pusher-js', 'dist/web/pusher.min.js'),
  peer('centrifuge', 'dist/centrifuge.js'),
  peer('ably', 'build/ably.min.js'),
]);
const sizes = await Promise.all(builds.map(weigh));
const [client] = sizes;

process.stdout.write(
  renderTable(
    ['bytes', 'version', 'raw', 'gzip', 'brotli', 'gzip, to our client'],
    sizes.map(({ name, version, raw, gzip, brotli }) => [
      name,
      version,
      ...[raw, gzip, brotli].map((bytes) => bytes.toLocaleString('en')),
      (gzip / (client?.gzip ?? gzip)).toFixed(1),
    ]),
  ),
);
const lines = sizes.map((size) => JSON.stringify(size));
const head = JSON.stringify({ at: new Date().toISOString(), node: process.version }, undefined, 1);
await writeFile(
  new URL(flags.out, root),
  `${head.slice(0, -2)},\n "sizes": [\n  ${lines.join(',\n  ')}\n ]\n}\n`,
);
process.stdout.write(`\nwritten to ${flags.out}\n`);
