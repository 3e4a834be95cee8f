/** The element is described as it is: nothing of it is missing in its manifest or in docs/widget.md, and nothing more is there. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { describeElement } from '../../client-sdk/describe-element.js';
import { LABELS } from '../../src/protocol/headline.ts';
import { TICKER_ATTRIBUTES } from '../../src/protocol/ticker-attributes.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SOURCES = join(ROOT, 'client-sdk/src');
const [element] = describeElement(join(ROOT, 'client-sdk/dist/types')).modules[0].declarations;
const docs = readFileSync(join(ROOT, 'docs/widget.md'), 'utf8');
const code = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(SOURCES, name), 'utf8').replace(/\/\*[\s\S]*?\*\//g, ''))
  .join('\n');

const unique = (names: Iterable<string>) => [...new Set(names)].sort();
const names = (described: readonly { readonly name: string }[]) => unique(described.map(({ name }) => name));
const found = (pattern: RegExp) => [...code.matchAll(pattern)].flatMap(([, name]) => (name ? [name] : []));
const words = (texts: readonly string[]) => texts.flatMap((text) => text.split(' '));

describe('the reference of <news-ticker>', () => {
  it('names every attribute', () => {
    const styled = found(/:host\(\[([a-z-]+)=/g);
    expect(names(element.attributes)).toEqual(unique([...TICKER_ATTRIBUTES, ...styled]));
  });

  it('names every event', () => {
    expect(names(element.events)).toEqual(unique(found(/'(newsline:[a-z]+)': CustomEvent/g)));
  });

  it('names every part', () => {
    const made = found(/makeElement\(\s*'[a-z0-9]+',\s*'([^']+)'/g);
    const styled = found(/\[part~?="([^"]+)"\]/g);
    expect(names(element.cssParts)).toEqual(unique(words([...made, ...styled, ...LABELS])));
  });

  it('names every custom property', () => {
    expect(names(element.cssProperties)).toEqual(unique(found(/var\((--newsline-[a-z-]+)/g)));
  });

  it('names what the class lets others use', () => {
    expect(names(element.members)).toEqual(
      expect.arrayContaining(['defaultSource', 'isPaused', 'pause', 'resume']),
    );
  });

  it('stands in docs/widget.md as a whole', () => {
    const all = [
      element.attributes,
      element.events,
      element.cssParts,
      element.cssProperties,
      element.members,
    ];
    const missing = all
      .flatMap(names)
      .filter((name) => !docs.includes(`\`${name}\``) && !docs.includes(`\`${name}()\``));
    expect(missing).toEqual([]);
  });
});
