/** The documentation says what is so: settings as they are, files that are there, links that lead somewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { SETTING_FLAGS } from '../../src/cli/settings.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const inDocs = readdirSync(join(ROOT, 'docs'), { recursive: true }).map((path) => `docs/${path}`);
const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...inDocs].filter((path) =>
  path.endsWith('.md'),
);

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, '_$&').toUpperCase();

/** As code hosts make the anchor of a heading. */
const anchorsOf = (page: string): string[] =>
  [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );

describe('the documentation', () => {
  it.each(['README.md', 'docs/operations.md'])('lists every setting in %s, and no other', (page) => {
    const rows = [...read(page).matchAll(/^\| `(NEWSLINE_\w+)` +\|/gm)].map(([, name]) => name);
    expect(rows).toEqual(Object.keys(SETTING_FLAGS).map((setting) => `NEWSLINE_${snakeCase(setting)}`));
  });

  it('is right that each flag is named as its setting, and only the admin key has none', () => {
    const flags = Object.values(SETTING_FLAGS).map(({ flag }) => flag.split(' ')[0]);
    const wanted = Object.keys(SETTING_FLAGS).map((setting) =>
      setting === 'adminKey' ? '' : `--${snakeCase(setting).toLowerCase().replaceAll('_', '-')}`,
    );
    expect(flags).toEqual(wanted);
  });

  it.each(pages)('has links in %s that lead to what is there', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => link);
    const local = links.filter((link) => !/^[a-z]+:/.test(link));
    const dead = local.filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      if (!existsSync(join(ROOT, target))) return true;
      return anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
    });
    expect(dead).toEqual([]);
  });

  it.each([
    ['docs/architecture.md', 10],
    ['docs/guarantees.md', 40],
  ])('names files in %s that are there', (page, least) => {
    const named = [...read(page).matchAll(/`((?:src|client-sdk|test|deploy)\/[\w./-]+)`/g)];
    const missing = named.map(([, path = '']) => path).filter((path) => !existsSync(join(ROOT, path)));
    expect(named.length).toBeGreaterThan(least);
    expect(missing).toEqual([]);
  });

  it('says of each guarantee its limits, what is told, where it is kept, and a test that runs', () => {
    const [, ...guarantees] = read('docs/guarantees.md').split(/^## \d\. /m);
    expect(guarantees).toHaveLength(8);
    for (const guarantee of guarantees) {
      const parts = ['**Promise.**', '**Limits.**', '**What is told.**', '**Kept in**', '**Tests:**'];
      expect(parts.filter((part) => !guarantee.includes(part))).toEqual([]);
      const tests = [...(guarantee.split('**Tests:**')[1] ?? '').matchAll(/`(test\/[\w./-]+)`/g)];
      expect(tests.filter(([, path = '']) => /\.test\.ts$|-contract\.ts$/.test(path)).length).toBe(
        tests.length,
      );
      expect(tests.length).toBeGreaterThan(0);
    }
  });

  it('names every file of the life of a headline by its folder and name', () => {
    const rows = [
      ...read('docs/architecture.md').matchAll(/^\| [^|]+ \| `((?:src|client-sdk)[\w/-]*)` +\| (.+) \|$/gm),
    ];
    const missing = rows.flatMap(([, folder = '', text = '']) =>
      [...text.matchAll(/`([\w/.-]+\.ts)`/g)]
        .map(([, file = '']) => file)
        .filter((file) =>
          [file, join(folder, file), join(folder, 'src', file)].every(
            (path) => !existsSync(join(ROOT, path)),
          ),
        ),
    );
    expect(rows.length).toBeGreaterThan(10);
    expect(missing).toEqual([]);
  });
});
