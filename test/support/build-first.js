/** Builds what journeys start and browsers load, when a source is newer than what was built from it. */
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = ['src', 'client-sdk/src', 'docs'];
const BUILT = ['dist/src/cli/main.js', 'dist/public/newsline.js'];

const newestOf = (folder) =>
  Math.max(
    0,
    ...readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  );

function isBuilt() {
  const built = BUILT.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return Math.min(...built) >= Math.max(...SOURCES.map(newestOf));
}

export default function buildFirst() {
  if (!isBuilt()) execFileSync('npm', ['run', 'build', '--silent'], { stdio: 'inherit' });
}
