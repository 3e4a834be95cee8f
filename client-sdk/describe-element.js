/**
 * The custom-elements manifest of <news-ticker>, for editors and catalogues: made of the comment that stands over the
 * element in src/news-ticker.ts, and of what its class declares. [Custom Elements Manifest, schema 1.0.0]
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const OVER_THE_ELEMENT = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*'news-ticker': NewsTickerElement;/;
const TAG =
  /^@(attr|fires|csspart|cssprop|slot)(?: \{((?:[^{}]|\{[^{}]*\})*)\})?(?: \[?([^\s=\]]+)(?:=([^\]]*)\])?\]?)? - ([\s\S]+)$/;

/** @param {string} comment text between its marks */
const linesOf = (comment) =>
  comment
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .trim();

function readComment() {
  const source = readFileSync(join(HERE, 'src/news-ticker.ts'), 'utf8');
  const [, comment] = OVER_THE_ELEMENT.exec(source) ?? [];
  if (!comment) throw new Error('no comment stands over the element in src/news-ticker.ts');
  const [description = '', ...tags] = linesOf(comment).split(/\n(?=@)/);
  return {
    description: description.trim(),
    tags: tags.map((text) => {
      const [, kind, type, name = '', fallback, words = ''] = TAG.exec(text.trim()) ?? [];
      if (!kind) throw new Error(`not understood over the element: ${text}`);
      return { kind, type, name, fallback, description: words.replace(/\s+/g, ' ').trim() };
    }),
  };
}

/** What the class lets others use, as the compiler declared it. */
function readMembers(declarations) {
  const file = join(declarations, 'client-sdk/src/news-ticker-element.d.ts');
  const [, body = ''] =
    /export declare class NewsTickerElement [^{]*\{([\s\S]*?)\n\}/.exec(readFileSync(file, 'utf8')) ?? [];
  const member =
    /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*)?^ {4}(static )?(readonly )?(get |set )?([A-Za-z]\w*)(\(.*\))?: ([^;]+);/gm;
  const members = new Map();
  for (const [, comment, isStatic, isReadonly, accessor, name = '', parameters, type = ''] of body.matchAll(
    member,
  )) {
    if (/Callback$|^observedAttributes$/.test(name)) continue;
    const known = members.get(name);
    const description = comment ? linesOf(comment) : known?.description;
    members.set(name, {
      kind: parameters && !accessor ? 'method' : 'field',
      name,
      ...(description && { description }),
      ...(isStatic && { static: true }),
      ...(parameters && !accessor
        ? { return: { type: { text: type } } }
        : { type: { text: accessor === 'set ' ? (known?.type.text ?? type) : type } }),
      ...((isReadonly || (accessor === 'get ' && !known)) && { readonly: true }),
    });
    // A setter beside the getter.
    if (accessor && known) delete members.get(name).readonly;
  }
  return [...members.values()];
}

/** @param {string} declarations folder of the compiler's declarations */
export function describeElement(declarations) {
  const { description, tags } = readComment();
  const of = (kind, make) => tags.filter((tag) => tag.kind === kind).map(make);
  const path = 'dist/news-ticker.js';
  return {
    schemaVersion: '1.0.0',
    modules: [
      {
        kind: 'javascript-module',
        path,
        declarations: [
          {
            kind: 'class',
            name: 'NewsTickerElement',
            tagName: 'news-ticker',
            customElement: true,
            superclass: { name: 'HTMLElement' },
            description,
            attributes: of('attr', ({ name, type = 'string', fallback, description: words }) => ({
              name,
              type: { text: type },
              ...(fallback && { default: fallback }),
              description: words,
            })),
            members: readMembers(declarations),
            events: of('fires', ({ name, type = 'CustomEvent', description: words }) => ({
              name,
              type: { text: type },
              description: words,
            })),
            slots: of('slot', ({ name, description: words }) => ({ name, description: words })),
            cssParts: of('csspart', ({ name, description: words }) => ({ name, description: words })),
            cssProperties: of('cssprop', ({ name, fallback, description: words }) => ({
              name,
              ...(fallback && { default: fallback }),
              description: words,
            })),
          },
        ],
        exports: [
          { kind: 'js', name: 'NewsTickerElement', declaration: { name: 'NewsTickerElement' } },
          {
            kind: 'custom-element-definition',
            name: 'news-ticker',
            declaration: { name: 'NewsTickerElement' },
          },
        ],
      },
    ],
  };
}
