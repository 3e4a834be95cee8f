/**
 * Journal: what each party of a chaos run writes down as it happens, one JSON object a line, one file a party.
 *
 * It is all that the checker reads. Nothing of it comes from the service's own code: a publisher writes what it was
 * about to do and what it was told, a reader what came in at its socket, the scheduler what it broke.
 */

/** Words of the wire for what a change does. */
export type ChangeKind = 'published' | 'updated' | 'corrected' | 'retracted';

/** What a headline of the run is judged by. */
export interface Sighting {
  readonly id: string;
  /** 0 in a retraction, which carries none. */
  readonly version: number;
  readonly title: string;
  readonly section?: string;
  readonly language?: string;
  readonly urgency?: number;
  readonly tags?: readonly string[];
  readonly publishedAt?: string;
  /** As readers are told it: the number of its first publication. */
  readonly sequence?: number;
  readonly expiresAt?: string;
}

export interface ReaderFilter {
  readonly section?: readonly string[];
  readonly language?: readonly string[];
  readonly tag?: readonly string[];
  readonly maxUrgency?: number;
}

/** `atMs` of every line: milliseconds since 1970 UTC, by the one clock of the machine the run is on. */
interface Line {
  readonly atMs: number;
}

/** In `publisher-*.ndjson`. A request is sent again under the same idempotency key until it is answered. */
export type PublisherLine =
  | (Line & {
      readonly kind: 'intends';
      /** Unique in the run; its idempotency key as well. */
      readonly request: string;
      readonly channel: string;
      readonly change: ChangeKind;
      /** As it will stand once committed; of a retraction only the id counts. */
      readonly headline: Sighting;
      /** Of a scheduled one: the moment before which no one may see it. */
      readonly releaseAtMs?: number;
    })
  | (Line & {
      readonly kind: 'acknowledged';
      readonly request: string;
      readonly status: number;
      /** Absent where nothing was said to readers: scheduled, or no change. */
      readonly cursor?: string;
      /** As the answer gives it. */
      readonly version?: number;
      /** As the answer gives it; false: an older version, or dead already, so nothing changed. Absent: true. */
      readonly applied?: boolean;
      /** It was told that fewer replicas than wanted had it in time. */
      readonly isUnderReplicated: boolean;
    })
  /** Refused for good (a 4xx): it changed nothing. */
  | (Line & { readonly kind: 'refused'; readonly request: string; readonly status: number })
  /** The run ended before an answer came: it may have happened or not. */
  | (Line & { readonly kind: 'gave-up'; readonly request: string });

/**
 * In `reader-*.ndjson`: what came in at its socket, of every transport; an `sdk` reader's as well, through the WebSocket
 * it is given, and only its `finally` is the list the SDK shows. Lines are in the order in which things happened.
 */
export type ReaderLine =
  /** Always first. */
  | (Line & {
      readonly kind: 'reader';
      readonly name: string;
      readonly transport: 'websocket' | 'flat' | 'event-stream' | 'sdk' | 'cloudevents' | 'json';
      readonly channel: string;
      readonly filter: ReaderFilter;
      /** Headlines asked for in a snapshot; 0: it is given none, as `flat` and `cloudevents` readers always. */
      readonly last: number;
    })
  /**
   * Let in; `since` is the cursor it asked with. Without one it begins anew, which only a reader without a cursor may.
   * To `flat` and `cloudevents` it says that they are resumed. `json`: with each answer, before what it says; one that
   * says nothing new (304) needs no line.
   */
  | (Line & { readonly kind: 'connected'; readonly gateway: string; readonly since?: string })
  /** Replaces all it had. */
  | (Line & {
      readonly kind: 'snapshot';
      readonly cursor?: string;
      readonly resumed: boolean;
      readonly headlines: readonly Sighting[];
    })
  | (Line & { readonly kind: 'resumed'; readonly cursor?: string })
  | (Line & {
      readonly kind: 'change';
      readonly cursor?: string;
      readonly change: ChangeKind;
      readonly headline: Sighting;
    })
  /** JSON with `resumed: true`: all that was altered after `since`, each once, in its latest version. */
  | (Line & {
      readonly kind: 'altered';
      readonly cursor: string;
      readonly headlines: readonly Sighting[];
      readonly retractions: readonly string[];
    })
  /** It was told that its cursor leads nowhere, and begins anew knowing so. */
  | (Line & { readonly kind: 'lost' })
  | (Line & { readonly kind: 'disconnected'; readonly code?: number })
  /**
   * Once all is quiet, the last line of every reader, written while it is still connected: it had the time to get all
   * that was acknowledged or fell due. `headlines`: the list a program with this reader shows, where it keeps one.
   */
  | (Line & { readonly kind: 'finally'; readonly headlines?: readonly Sighting[] });

/** In `faults.ndjson`. */
export type FaultLine = Line & {
  readonly kind: 'fault';
  /** As `kill -9 redis`, `cut connections`, `flush`, `trim`. */
  readonly fault: string;
  readonly target: string;
  /** When it was over: the part is back. */
  readonly untilMs: number;
  /**
   * What it may destroy of what was acknowledged before `untilMs`: nothing; the history (log) from which readers
   * resume; what was acknowledged as under-replicated, and with it the history (a primary is lost, another promoted);
   * or everything that was stored.
   */
  readonly destroys: 'nothing' | 'history' | 'unreplicated' | 'everything';
};

/** In `run.json`. */
export interface Run {
  readonly seed: number;
  readonly store: 'embedded' | 'redis' | 'sentinel' | 'cluster';
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly channels: readonly string[];
  /** Newest headlines of a channel from which a gateway takes its lists. @default 500 */
  readonly headlinesHeld?: number;
}

export type JournalLine = PublisherLine | ReaderLine | FaultLine;
