/**
 * Headline: what readers see of a story, as it stands on the wire.
 *
 * Never here: embargo, staff names, internal notes.
 */

/** IPTC urgency, 1 highest to 9. 1 is a flash, 2 and 3 are breaking. [IPTC NewsCodes: urgency] */
export type Urgency = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

export const LABELS = ['live', 'photo', 'video'] as const;
export type Label = (typeof LABELS)[number];

export const CHANGES = ['published', 'updated', 'corrected', 'retracted'] as const;
export type Change = (typeof CHANGES)[number];

/** A picture with its size in pixels, so that a page can keep its place before it loads. */
export interface HeadlineImage {
  readonly url: string;
  readonly width: number;
  readonly height: number;
  readonly alt: string;
}

export interface Headline {
  /** The CMS's own id, or ours. Unique in its channel. */
  readonly id: string;
  /** Grows with each change of this headline; 1 at first. */
  readonly version: number;
  /** Sequence number of its first publication: the later of two headlines of one instant has the higher one. */
  readonly sequence: number;
  /** Plain text, NFC, 1 to 300 characters. Never markup. */
  readonly title: string;
  /** BCP 47 tag in its canonical form. */
  readonly language: string;
  /** RFC 3339 in UTC with milliseconds and `Z`, so that times compare as text. */
  readonly publishedAt: string;
  readonly updatedAt: string;
  readonly urgency: Urgency;
  /** http or https. */
  readonly url?: string;
  readonly section?: string;
  readonly tags?: readonly string[];
  readonly labels?: readonly Label[];
  readonly image?: HeadlineImage;
  readonly source?: string;
  readonly byline?: string;
  readonly summary?: string;
  /** Id of the story this one follows up. */
  readonly replaces?: string;
  readonly expiresAt?: string;
  /** Public words of a correction. */
  readonly notice?: string;
}

/** Readers are told at once, alone, and may be interrupted. */
export const isFlash = (headline: Pick<Headline, 'urgency'>): boolean => headline.urgency === 1;

/** Flash, or breaking: set apart by more than colour. */
export const isBreaking = (headline: Pick<Headline, 'urgency'>): boolean => headline.urgency <= 3;
