/**
 * Line shape: is a line of the journal what its kind promises? A checker that reads past what it does not understand
 * proves nothing.
 */

/** @returns what is wrong, or undefined. */
type Shape = (value: unknown) => string | undefined;

const text: Shape = (value) => (typeof value === 'string' ? undefined : 'must be a string');
const flag: Shape = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');
const whole: Shape = (value) => (Number.isSafeInteger(value) ? undefined : 'must be a whole number');
const time: Shape = (value) =>
  typeof value === 'number' && Number.isFinite(value) && value > 0
    ? undefined
    : 'must be a time in milliseconds';
const maybe =
  (shape: Shape): Shape =>
  (value) =>
    value === undefined ? undefined : shape(value);
const oneOf =
  (...words: readonly string[]): Shape =>
  (value) =>
    words.includes(value as string) ? undefined : `must be one of ${words.join(', ')}`;
const list =
  (shape: Shape): Shape =>
  (value) => {
    if (!Array.isArray(value)) return 'must be a list';
    for (const item of value) {
      const wrong = shape(item);
      if (wrong) return `each ${wrong}`;
    }
    return undefined;
  };
const object = (fields: Readonly<Record<string, Shape>>): Shape => {
  const shapes = Object.entries(fields);
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object';
    const given = value as Readonly<Record<string, unknown>>;
    for (const [name, shape] of shapes) {
      const wrong = shape(given[name]);
      if (wrong) return `${name} ${wrong}`;
    }
    const stranger = Object.keys(given).find((name) => !(name in fields));
    return stranger === undefined ? undefined : `${stranger} is not known`;
  };
};
const byKind = (kinds: Readonly<Record<string, Readonly<Record<string, Shape>>>>): Shape => {
  const shapes = new Map(
    Object.entries(kinds).map(([kind, fields]) => [kind, object({ kind: text, atMs: time, ...fields })]),
  );
  return (value) => {
    const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
    const shape = shapes.get(String(kind));
    return shape ? shape(value) : `kind ${JSON.stringify(kind)} is not known`;
  };
};

const change = oneOf('published', 'updated', 'corrected', 'retracted');
const sighting = object({
  id: text,
  version: whole,
  title: text,
  section: maybe(text),
  language: maybe(text),
  urgency: maybe(whole),
  tags: maybe(list(text)),
  publishedAt: maybe(text),
  sequence: maybe(whole),
  expiresAt: maybe(text),
});

export const publisherLine = byKind({
  intends: { request: text, channel: text, change, headline: sighting, releaseAtMs: maybe(time) },
  acknowledged: {
    request: text,
    status: whole,
    cursor: maybe(text),
    version: maybe(whole),
    applied: maybe(flag),
    isUnderReplicated: flag,
  },
  refused: { request: text, status: whole },
  'gave-up': { request: text },
});

export const readerLine = byKind({
  reader: {
    name: text,
    transport: oneOf('websocket', 'flat', 'event-stream', 'sdk', 'cloudevents', 'json'),
    channel: text,
    filter: object({
      section: maybe(list(text)),
      language: maybe(list(text)),
      tag: maybe(list(text)),
      maxUrgency: maybe(whole),
    }),
    last: whole,
  },
  connected: { gateway: text, since: maybe(text) },
  snapshot: { cursor: maybe(text), resumed: flag, headlines: list(sighting) },
  resumed: { cursor: maybe(text) },
  change: { cursor: maybe(text), change, headline: sighting },
  altered: { cursor: text, headlines: list(sighting), retractions: list(text) },
  lost: {},
  disconnected: { code: maybe(whole) },
  finally: { headlines: maybe(list(sighting)) },
});

export const faultLine = byKind({
  fault: {
    fault: text,
    target: text,
    untilMs: time,
    destroys: oneOf('nothing', 'history', 'unreplicated', 'everything'),
  },
});

export const runShape = object({
  seed: whole,
  store: oneOf('embedded', 'redis', 'sentinel', 'cluster'),
  startedAtMs: time,
  endedAtMs: time,
  channels: list(text),
  headlinesHeld: maybe(whole),
});
