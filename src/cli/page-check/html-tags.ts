/**
 * HTML tags: the start tags of a page with their attributes, as a browser's tokeniser finds them, and no more of it.
 *
 * Enough to look at what a page embeds. Comments, and markup that stands as text in scripts and the like, are passed
 * over. [HTML Living Standard 13.2.5]
 */
export interface Tag {
  readonly name: string;
  /** By name in lower case; of several with one name the first. */
  readonly attributes: ReadonlyMap<string, string>;
  /** What stands in a script or style. */
  readonly text: string;
}

const START = /<!--[\s\S]*?(?:-->|$)|<([a-z][^\s/>]*)/gi;
const ATTRIBUTE = /[\s/]*(?:([^\s/>=][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*)))?|(>)|$)/y;
/** Elements whose content is text, whatever it looks like. */
const RAW = ['script', 'style', 'textarea', 'title', 'template', 'noscript', 'iframe', 'xmp'];
const TAG_LIMIT = 20_000;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export function readTags(html: string): readonly Tag[] {
  const tags: Tag[] = [];
  START.lastIndex = 0;
  for (let found = START.exec(html); found && tags.length < TAG_LIMIT; found = START.exec(html)) {
    if (found[1] === undefined) continue;
    const name = found[1].toLowerCase();
    const attributes = new Map<string, string>();
    ATTRIBUTE.lastIndex = START.lastIndex;
    for (let part = ATTRIBUTE.exec(html); part?.[1] !== undefined; part = ATTRIBUTE.exec(html)) {
      const key = part[1].toLowerCase();
      if (!attributes.has(key)) attributes.set(key, decode(part[2] ?? part[3] ?? part[4] ?? ''));
      START.lastIndex = ATTRIBUTE.lastIndex;
    }
    const from = html.indexOf('>', START.lastIndex) + 1 || html.length;
    const end = RAW.includes(name) ? endOf(html, name, from) : from;
    tags.push({ name, attributes, text: html.slice(from, end) });
    START.lastIndex = end;
  }
  return tags;
}

function endOf(html: string, name: string, from: number): number {
  const end = new RegExp(`</${name}[\\s/>]`, 'gi');
  end.lastIndex = from;
  return end.exec(html)?.index ?? html.length;
}

const decode = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/gi, (whole, decimal, hex, named) => {
    if (named !== undefined) return ENTITIES[String(named).toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
