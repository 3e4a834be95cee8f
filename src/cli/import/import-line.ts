/**
 * Import line: one headline of a file, checked whole before anything is sent.
 *
 * The check is the service's own, so that a bad line is known while nothing is imported yet. A headline without an
 * id gets one from what it is: its instant, its title, and how many like it came before. The same page read again
 * gives the same ids, and two stories that share title and minute still have two.
 */
import { createHash } from 'node:crypto';
import { headlineId, parsePut } from '../../domain/headline-input.ts';
import { formatInstant } from '../../domain/time.ts';
import { check } from '../../domain/validation.ts';

export interface ImportItem {
  readonly line: number;
  readonly id: string;
  /** Body of the PUT. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface LineProblem {
  readonly line: number;
  /** Names field and rule. */
  readonly message: string;
}

export type ImportLine = { readonly item: ImportItem } | { readonly problem: LineProblem };

/** Lines of one import at most: twice what a channel keeps. */
export const LINE_LIMIT = 100_000;

/** @param input `{id?, version?, title, publishedAt, ...}`; to be given oldest first. */
export type LineCheck = (line: number, input: Readonly<Record<string, unknown>>) => ImportLine;

export interface LineCheckOptions {
  readonly nowMs: number;
  /** For headlines that name none. */
  readonly language?: string | undefined;
  /** IANA zone of local times that name none. */
  readonly timeZone?: string | undefined;
}

/** A check remembers what it saw; each reading of a file needs its own. */
export function createLineCheck({ nowMs, language, timeZone }: LineCheckOptions): LineCheck {
  const seen = new Map<string, number>();

  return (line, { id, version = 1, ...fields }) => {
    const refuse = (message: string): ImportLine => ({ problem: { line, message } });
    if (fields['publishedAt'] === undefined) return refuse('publishedAt: is missing');
    const body = {
      version,
      ...(language !== undefined && { language }),
      ...(timeZone !== undefined && { timeZone }),
      ...fields,
    };
    const draft = parsePut(body, { nowMs, language: language ?? 'en' });
    if (!draft.ok) return refuse(draft.refusal.message);
    if (id !== undefined) {
      const own = check(headlineId, id, 'id');
      return own.ok ? { item: { line, id: own.value, body } } : refuse(own.refusal.message);
    }
    const { publishedAtMs = nowMs, content } = draft.value;
    const likeness = createHash('sha256')
      .update(`${formatInstant(publishedAtMs)}\n${content.title}`)
      .digest('base64url');
    const occurrence = seen.get(likeness) ?? 0;
    seen.set(likeness, occurrence + 1);
    return { item: { line, id: idOf(likeness, occurrence), body } };
  };
}

const idOf = (likeness: string, occurrence: number): string =>
  `i${createHash('sha256').update(`${likeness}\n${occurrence}`).digest('hex').slice(0, 32)}`;
