/**
 * The public interface of @newsline/client as text, one page for each door: `npm run api` fails where the declarations
 * in dist/types say otherwise than client-sdk/api; `npm run api -- --write` writes them anew. So no public name, option
 * or type changes by accident, and a review sees each change.
 *
 * Declarations are followed from what a door exports to everything they name. Comments are left out: wording is free.
 * It reads what the compiler wrote, line by line: there, each statement begins in the first column.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const REPORTS = join(HERE, 'api');
const TYPES = join(HERE, 'dist/types');

const STATEMENT = /^(?:export|declare|import|interface|type|const|class|function|abstract)\b/;
const DECLARED =
  /^(?:export )?(?:declare )?(?:abstract )?(?:interface|type|const|let|class|function) ([\w$]+)/;
const NAMED = /^(?:import|export) (?:type )?\{([^}]*)\}(?: from ['"]([^'"]+)['"])?/s;
const WHOLE = /^import (?:type )?\* as ([\w$]+) from ['"]([^'"]+)['"]/;

/** @param {string} code */
function statementsOf(code) {
  const statements = [];
  for (const line of code.replace(/\/\*[\s\S]*?\*\//g, '').split('\n')) {
    if (!line.trim() || line.startsWith('//')) continue;
    if (STATEMENT.test(line)) statements.push(line);
    else statements.push(`${statements.pop() ?? ''}\n${line}`);
  }
  return statements;
}

/** A declaration file: what it declares, what its names stand for, and what it lets out. */
function readModule(file) {
  const declared = new Map();
  const known = new Map();
  const exported = new Map();
  const globals = [];
  for (const statement of statementsOf(readFileSync(file, 'utf8'))) {
    const [, list, from] = NAMED.exec(statement) ?? [];
    const [, whole, wholeFrom] = WHOLE.exec(statement) ?? [];
    const [, name] = DECLARED.exec(statement) ?? [];
    if (list !== undefined) {
      for (const entry of list.split(',').map((text) => text.trim().replace(/^type /, ''))) {
        if (!entry) continue;
        const [name = '', as = name] = entry.split(' as ');
        const target = { from: from && addressOf(file, from), name };
        if (statement.startsWith('export')) exported.set(as, target);
        else known.set(as, target);
      }
    } else if (whole && wholeFrom) known.set(whole, { from: addressOf(file, wholeFrom), name: '*' });
    else if (name) {
      declared.set(name, statement.replace(/^export /, '').replace(/^declare /, ''));
      if (statement.startsWith('export')) exported.set(name, { from: undefined, name });
    } else if (statement.startsWith('declare global')) globals.push(statement);
  }
  return { declared, known, exported, globals };
}

/** @returns {string | undefined} undefined for another package */
const addressOf = (file, specifier) =>
  specifier.startsWith('.') ? resolve(dirname(file), specifier.replace(/\.[jt]s$/, '.d.ts')) : undefined;

const modules = new Map();
function moduleAt(file) {
  if (!modules.has(file)) modules.set(file, readModule(file));
  return modules.get(file);
}

/** Where a name is declared, through all that passes it on. */
function findDeclaration(file, name) {
  const { declared, exported, known } = moduleAt(file);
  if (declared.has(name)) return { file, name, text: declared.get(name) };
  const passed = exported.get(name) ?? known.get(name);
  if (!passed) return undefined;
  if (passed.from) return findDeclaration(passed.from, passed.name);
  return passed.name === name ? followed(known.get(name)) : findDeclaration(file, passed.name);
}
const followed = (target) => (target?.from ? findDeclaration(target.from, target.name) : undefined);

/** All that a declaration names and that is ours. */
const namesIn = (text) =>
  new Set(text.replace(/'[^']*'|"[^"]*"/g, '').match(/(?<![\w$.])[A-Za-z_$][\w$]*/g) ?? []);

function reportOf(door, file) {
  const { exported, globals } = moduleAt(file);
  const found = new Map();
  const open = [];
  const add = (declaration, isPublic) => {
    if (!declaration) return;
    const key = `${declaration.file} ${declaration.name}`;
    if (found.has(key)) return;
    found.set(key, { ...declaration, isPublic });
    open.push(declaration);
  };
  for (const [name, target] of exported) {
    const declaration = findDeclaration(target.from ?? file, target.name);
    if (!declaration) throw new Error(`${door}: nothing declares ${name}`);
    add(declaration, true);
  }
  const lookIn = (from, text, own) => {
    for (const name of namesIn(text)) if (name !== own) add(findDeclaration(from, name), false);
  };
  for (const text of globals) lookIn(file, text);
  for (let next = open.shift(); next; next = open.shift()) lookIn(next.file, next.text, next.name);

  const section = (isPublic) =>
    [...found.values()]
      .filter((declaration) => declaration.isPublic === isPublic)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ text }) => text.trim());
  const block = (title, texts) =>
    texts.length === 0 ? '' : `\n## ${title}\n\n\`\`\`ts\n${texts.join('\n\n')}\n\`\`\`\n`;
  return `# ${door}\n\nWritten by \`npm run api -- --write\`. Do not edit.\n${block('Exported', section(true))}${block('Global', globals)}${block('Named by these', section(false))}`;
}

const { name, exports } = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8'));
const wanted = new Map(
  Object.entries(exports)
    .filter(([, target]) => target.types)
    .map(([path, { types }]) => {
      const file = join(HERE, types);
      if (relative(TYPES, file).startsWith('..')) throw new Error(`${types} is not below dist/types`);
      return [path === '.' ? 'index' : path.slice(2), reportOf(join(name, path), file)];
    }),
);

const fileOf = (door) => join(REPORTS, `${door}.api.md`);
const present = readdirSync(REPORTS).filter((file) => file.endsWith('.api.md'));
const doors = [...wanted.keys()];
const superfluous = present.filter((file) => !doors.includes(file.replace('.api.md', '')));

if (process.argv.includes('--write')) {
  for (const [door, report] of wanted) writeFileSync(fileOf(door), report);
  for (const file of superfluous) rmSync(join(REPORTS, file));
} else {
  const changed = doors.filter(
    (door) => !present.includes(`${door}.api.md`) || readFileSync(fileOf(door), 'utf8') !== wanted.get(door),
  );
  for (const file of [...changed.map((door) => `${door}.api.md`), ...superfluous]) {
    console.error(`client-sdk/api/${file} does not say what is public now`);
  }
  if (changed.length + superfluous.length > 0) {
    console.error('Where that is meant: npm run api -- --write, and a line in CHANGELOG.md.');
    process.exitCode = 1;
  }
}
