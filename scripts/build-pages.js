/**
 * Builds what browsers load: `node scripts/build-pages.js` fills dist/public, which the service serves.
 *
 * - the start page and its like with their styles and scripts, as they stand in src/cli/pages
 * - embed-frame.js with what it shares with the service
 * - newsline.js, the widget in one file, and the parts it loads when wanted, as `node client-sdk/build.js` made them
 * - docs/: the Markdown of docs/, each file as a page in one template, with links between them that lead on
 */
import { readFileSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { Marked } from 'marked';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGES = join(ROOT, 'src/cli/pages');
const DOCS = join(ROOT, 'docs');
const PUBLIC = join(ROOT, 'dist/public');
/** Shown to no one by itself: the documentation is poured into it. */
const TEMPLATE = 'docs-page.html';
/** Imports a rule from the sources of the service: bundled, not copied. */
const FRAME_SCRIPT = 'embed-frame.js';
/** Sections from which on a page begins with a list of them. */
const LONG_PAGE = 4;

const escapeHtml = (text) =>
  text.replace(
    /[&<>"]/g,
    (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character],
  );

/** Anchor of a heading, as code hosts make it, so that links work there and here. */
const anchorOf = (text) =>
  text
    .toLowerCase()
    .replace(/<[^>]+>|[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

/** @param {string} path of a Markdown file below docs/, with forward slashes */
const pagePath = (path) => path.replace(/(^|\/)README\.md$/, '$1index.html').replace(/\.md$/, '.html');

/** A picture's place is kept before it has come. [PNG 11.2.2: width and height open the first chunk] */
function sizeOf(png) {
  return `width="${png.readUInt32BE(16)}" height="${png.readUInt32BE(20)}"`;
}

/**
 * @param {string} markdown
 * @param {string} folder that it stands in, where its pictures are looked for
 * @returns {{ title: string, content: string }}
 */
function renderPage(markdown, folder) {
  const sections = [];
  const renderer = {
    heading({ tokens, depth, text }) {
      if (depth === 2)
        sections.push(`<li><a href="#${anchorOf(text)}">${this.parser.parseInline(tokens)}</a></li>`);
      return `<h${depth} id="${anchorOf(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
    },
    link({ href, title, tokens }) {
      const isPage = !/^[a-z]+:|^\/|^#/i.test(href);
      const [path = '', anchor] = href.split('#');
      const target = isPage ? [pagePath(path), anchor].filter((part) => part !== undefined).join('#') : href;
      const hint = title ? ` title="${escapeHtml(title)}"` : '';
      return `<a href="${escapeHtml(target)}"${hint}>${this.parser.parseInline(tokens)}</a>`;
    },
    image({ href, text }) {
      const size = sizeOf(readFileSync(join(folder, href)));
      return `<img src="${escapeHtml(href)}" alt="${escapeHtml(text)}" ${size} loading="lazy">`;
    },
    code({ text, lang = '' }) {
      const [language] = lang.split(' ');
      const kind = language ? ` class="language-${escapeHtml(language)}"` : '';
      return `<pre><code${kind}>${escapeHtml(text)}</code></pre>\n`;
    },
    table({ header, rows }) {
      const cell = ({ tokens }, tag) => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`;
      // A column without a name has no header cell: there is nothing to read out. [axe: empty-table-header]
      const names = header.map((name) => cell(name, name.text ? 'th' : 'td')).join('');
      const head = header.some(({ text }) => text) ? `<thead><tr>${names}</tr></thead>\n` : '';
      const body = rows.map((row) => `<tr>${row.map((name) => cell(name, 'td')).join('')}</tr>`).join('\n');
      // Scrollable by keyboard where it is too wide. [WCAG 2.1.1]
      return `<div class="table" tabindex="0"><table>\n${head}<tbody>${body}</tbody>\n</table></div>\n`;
    },
  };
  const content = new Marked({ gfm: true, renderer }).parse(markdown);
  const title = /^# (.+)$/m.exec(markdown)?.[1] ?? 'Documentation';
  if (sections.length < LONG_PAGE) return { title, content };
  const contents = `<details><summary>On this page</summary><ul>${sections.join('')}</ul></details>\n`;
  return { title, content: content.replace('</h1>\n', () => `</h1>\n${contents}`) };
}

async function buildDocs() {
  const template = await readFile(join(PAGES, TEMPLATE), 'utf8');
  for (const entry of await readdir(DOCS, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const from = join(entry.parentPath, entry.name);
    const path = relative(DOCS, from).split(sep).join(posix.sep);
    const to = join(PUBLIC, 'docs', pagePath(path));
    await mkdir(dirname(to), { recursive: true });
    if (!path.endsWith('.md')) {
      await cp(from, to);
      continue;
    }
    const { title, content } = renderPage(await readFile(from, 'utf8'), dirname(from));
    const parts = { title: escapeHtml(title), content };
    await writeFile(
      to,
      template.replace(/\{\{(title|content)\}\}/g, (_, name) => parts[name]),
    );
  }
}

async function buildPublic() {
  await rm(PUBLIC, { recursive: true, force: true });
  await mkdir(PUBLIC, { recursive: true });
  for (const name of await readdir(PAGES)) {
    if (name !== TEMPLATE && name !== FRAME_SCRIPT) await cp(join(PAGES, name), join(PUBLIC, name));
  }
  await build({
    entryPoints: [join(PAGES, FRAME_SCRIPT)],
    outfile: join(PUBLIC, FRAME_SCRIPT),
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    logLevel: 'warning',
  });
  for (const name of ['newsline.js', 'newsline.js.map', 'newsline']) {
    await cp(join(ROOT, 'client-sdk/dist', name), join(PUBLIC, name), { recursive: true });
  }
  await buildDocs();
}

await buildPublic();
