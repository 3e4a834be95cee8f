/**
 * Title labels: what newsrooms write behind a title to say that there is more than text.
 *
 * ` - LIVE`, ` -PHOTOS/VIDEO`, `- PHOTO` and the like become labels. Only in capitals, only at the end, and only
 * behind a dash with a space at one side at least: a title may well end in "live" or in a compound word.
 */
import type { Label } from '../../protocol/headline.ts';

const WORDS: ReadonlyMap<string, Label> = new Map([
  ['LIVE', 'live'],
  ['CANLI', 'live'],
  ['ПРЯМОЙ ЭФИР', 'live'],
  ['PHOTO', 'photo'],
  ['PHOTOS', 'photo'],
  ['FOTO', 'photo'],
  ['ФОТО', 'photo'],
  ['VIDEO', 'video'],
  ['VIDEOS', 'video'],
  ['VİDEO', 'video'],
  ['ВИДЕО', 'video'],
]);

/** @param text trimmed. */
export function splitLabels(text: string): { readonly title: string; readonly labels: readonly Label[] } {
  const labels = new Set<Label>();
  let title = text;
  for (;;) {
    const dash = Math.max(title.lastIndexOf('-'), title.lastIndexOf('–'), title.lastIndexOf('—'));
    const [before, behind] = [title.slice(0, Math.max(dash, 0)), title.slice(dash + 1)];
    const found = behind.split(/[/,&+]/).map((word) => WORDS.get(word.trim().replace(/\s+/g, ' ')));
    const isApart = /\s$/.test(before) || /^\s/.test(behind);
    if (before.trim() === '' || !isApart || !found.every((label) => label !== undefined)) break;
    for (const label of found.reverse()) labels.add(label);
    title = before.trim();
  }
  return { title, labels: [...labels].reverse() };
}
