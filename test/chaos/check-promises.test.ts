/** Runs written by hand, one for each promise: what is allowed, and right beside it what is not. */
import { describe, expect, test } from '@jest/globals';
import { checkRun, type Verdict } from './check-run.ts';
import type { FaultLine, PublisherLine, ReaderFilter, ReaderLine, Sighting } from './journal.ts';

const T = 1_800_000_000_000;
const END = T + 60_000;
const at = (sequence: number, epoch = 'e') => `${epoch}.${sequence}.${epoch}${sequence}`;

const headline = (id: string, more: Partial<Sighting> = {}): Sighting => ({
  id,
  version: 1,
  title: `title of ${id}`,
  section: 'city',
  language: 'en',
  urgency: 5,
  publishedAt: new Date(T + Number(id.slice(1)) * 1_000).toISOString(),
  ...more,
});

type Asked = Partial<Extract<PublisherLine, { kind: 'acknowledged' }>> & {
  readonly change?: 'published' | 'updated' | 'corrected' | 'retracted';
  readonly releaseAtMs?: number;
  readonly isUnanswered?: boolean;
};

/** A request, sent in its second and answered 10 ms later. */
function ask(
  sighting: Sighting,
  second: number,
  { change = 'published', releaseAtMs, isUnanswered, ...answer }: Asked,
) {
  const request = `${sighting.id}@${sighting.version} ${change} ${second}`;
  const atMs = T + second * 1_000;
  const { publishedAt: _, sequence: __, ...meant } = sighting;
  const intends = { kind: 'intends', atMs, request, channel: 'en', change, headline: meant } as const;
  const acknowledged = {
    kind: 'acknowledged',
    atMs: atMs + 10,
    request,
    status: 200,
    isUnderReplicated: false,
  } as const;
  return [
    { ...intends, ...(releaseAtMs !== undefined && { releaseAtMs }) },
    isUnanswered ? ({ kind: 'gave-up', atMs: atMs + 10, request } as const) : { ...acknowledged, ...answer },
  ];
}

const killOf = (id: string): Sighting => ({ id, version: 0, title: '' });
const tell = (
  second: number,
  cursor: string,
  sighting: Sighting,
  change: 'published' | 'corrected' = 'published',
) => ({ kind: 'change', atMs: T + second * 1_000 + 20, cursor, change, headline: sighting }) as const;
const tellGone = (second: number, cursor: string, id: string) =>
  ({
    kind: 'change',
    atMs: T + second * 1_000 + 20,
    cursor,
    change: 'retracted',
    headline: killOf(id),
  }) as const;
const connect = (second: number, since?: string): ReaderLine => ({
  kind: 'connected',
  atMs: T + second * 1_000,
  gateway: 'g',
  ...(since !== undefined && { since }),
});
const give = (second: number, cursor: string, ...headlines: Sighting[]): ReaderLine => ({
  kind: 'snapshot',
  atMs: T + second * 1_000,
  cursor,
  resumed: false,
  headlines,
});
const resume = (second: number, cursor: string): ReaderLine[] => [
  { kind: 'disconnected', atMs: T + second * 1_000 - 1 },
  connect(second, cursor),
  { kind: 'resumed', atMs: T + second * 1_000, cursor },
];
const end = (...headlines: Sighting[]): ReaderLine => ({ kind: 'finally', atMs: END, headlines });
const fault = (second: number, destroys: FaultLine['destroys']): FaultLine => {
  const atMs = T + second * 1_000;
  return { kind: 'fault', atMs, fault: destroys, target: 'store', untilMs: atMs + 500, destroys };
};

interface ReaderOptions {
  readonly filter?: ReaderFilter;
  readonly transport?: 'websocket' | 'flat';
  readonly last?: number;
}

function check(
  asked: readonly (readonly PublisherLine[])[],
  readers: readonly (readonly [options: ReaderOptions, ...lines: ReaderLine[]])[],
  faults: readonly FaultLine[] = [],
): Verdict {
  return checkRun({
    run: { seed: 1, store: 'redis', startedAtMs: T, endedAtMs: END, channels: ['en'] },
    publishers: [{ file: 'publisher-p.ndjson', lines: asked.flat() }],
    readers: readers.map(
      ([{ filter = {}, transport = 'websocket', last = transport === 'flat' ? 0 : 20 }, ...lines], index) => {
        const header = {
          kind: 'reader',
          atMs: T,
          name: `r${index}`,
          transport,
          channel: 'en',
          filter,
          last,
        } as const;
        return { file: `reader-r${index}.ndjson`, lines: [header, ...lines] };
      },
    ),
    faults,
    tornLines: 0,
  });
}

/** Kinds of what is found. */
const find = (...run: Parameters<typeof check>): readonly string[] => [...check(...run).counts.keys()];

const [one, two, three] = [headline('h1'), headline('h2'), headline('h3')];
const first = ask(one, 1, { cursor: at(1) });
const start = [connect(0), give(0, at(0))] as const;

describe('a lone headline', () => {
  test('may be told', () => {
    expect(find([first], [[{}, ...start, tell(1, at(1), one), end(one)]])).toEqual([]);
  });

  test('may not be lost, though nothing comes after it that would show a hole', () => {
    expect(find([first], [[{}, ...start, end()]])).toContain('undelivered');
  });

  test('may not be lost by the only reader of a filter', () => {
    const wide = [{}, ...start, tell(1, at(1), one), end(one)] as const;
    expect(find([first], [wide, [{ filter: { section: ['city'] } }, ...start, end()]])).toContain(
      'undelivered',
    );
    expect(find([first], [wide, [{ filter: { section: ['sport'] } }, ...start, end()]])).toEqual([]);
  });

  test('may not be lost by a reader that was given no list', () => {
    expect(find([first], [[{ transport: 'flat' }, connect(0), { kind: 'finally', atMs: END }]])).toContain(
      'undelivered',
    );
    expect(find([first], [[{ transport: 'flat' }, connect(2), { kind: 'finally', atMs: END }]])).toEqual([]);
  });

  test('may not be missing from a list that is full of older ones, nor from an empty one after a kill', () => {
    const lines = [tell(1, at(1), one), tellGone(2, at(2), 'h1'), tell(3, at(3), two)];
    const asked = [
      first,
      ask(killOf('h1'), 2, { change: 'retracted', cursor: at(2) }),
      ask(two, 3, { cursor: at(3) }),
    ];
    expect(find(asked, [[{ last: 1 }, ...start, ...lines, end(two)]])).toEqual([]);
    expect(find(asked, [[{ last: 1 }, ...start, ...lines, end()]])).toEqual(['wrong-final-list']);
  });
});

describe('a kill', () => {
  const kill = ask(killOf('h1'), 2, { change: 'retracted', cursor: at(2) });

  test('lets the publication before it be told to a resumed reader, in that order alone', () => {
    const told = [tell(3, at(1), one), tellGone(3, at(2), 'h1')];
    expect(find([first, kill], [[{}, ...start, ...resume(3, at(0)), ...told, end()]])).toEqual([]);
    expect(find([first, kill], [[{}, ...start, ...resume(3, at(0)), ...told.toReversed(), end()]])).toContain(
      'killed-text',
    );
  });

  test('leaves no text in a list', () => {
    expect(find([first, kill], [[{}, connect(3), give(3, at(2)), end()]])).toEqual([]);
    expect(find([first, kill], [[{}, connect(3), give(3, at(2), one), end()]])).toContain('killed-text');
  });

  test('of a plan leaves nothing to be told', () => {
    const plan = ask(one, 1, { status: 202, releaseAtMs: T + 5_000 });
    const unseen = ask(killOf('h1'), 2, { change: 'retracted' });
    expect(
      find([plan, unseen, ask(two, 7, { cursor: at(1) })], [[{}, ...start, tell(7, at(1), two), end(two)]]),
    ).toEqual([]);
    expect(find([plan, unseen], [[{}, ...start, tell(6, at(1), one), end(one)]])).toContain('killed-text');
  });
});

describe('a plan', () => {
  const plan = ask(one, 1, { status: 202, releaseAtMs: T + 5_000 });

  test('comes out when it is due, not a millisecond before', () => {
    const told = { ...tell(5, at(1), one), atMs: T + 5_000 };
    expect(find([plan], [[{}, ...start, told, end(one)]])).toEqual([]);
    expect(find([plan], [[{}, ...start, { ...told, atMs: T + 4_999 }, end(one)]])).toEqual(['early']);
  });

  test('comes out in the words that it was given last', () => {
    const amended = headline('h1', { version: 2, title: 'better' });
    const asked = [plan, ask(amended, 2, { change: 'corrected', version: 2 })];
    expect(find(asked, [[{}, ...start, tell(5, at(1), amended), end(amended)]])).toEqual([]);
    expect(find(asked, [[{}, ...start, tell(5, at(1), one), end(one)]])).toContain('early');
  });

  test('that did not come out has its reason counted, and one that was moved counts once', () => {
    const planned = (id: string, releaseAtMs: number, more: Asked = {}) =>
      ask(headline(id), 1, { status: 202, releaseAtMs, ...more });
    const asked = [
      planned('h1', T + 5_000),
      planned('h2', T + 5_000),
      ask(killOf('h2'), 2, { change: 'retracted' }),
      planned('h3', T + 5_000),
      ask(headline('h3', { version: 2 }), 3, { change: 'updated', version: 2, releaseAtMs: END + 9_000 }),
      planned('h4', T + 5_000, { isUnanswered: true }),
      planned('h5', T + 5_000),
    ];
    const { counts, covered } = check(asked, [[{}, ...start, tell(5, at(1), one), end(one)]]);
    expect([...counts.keys()]).toEqual(['never-released']);
    expect(covered.scheduled).toEqual({
      asked: 6,
      ends: {
        'came out': 1,
        'killed before': 1,
        'not due by the end': 1,
        'never acknowledged': 1,
        'never released': 1,
      },
    });
  });

  test('may be lost with the store, and may be for no reader', () => {
    const sport = ask(headline('h1', { section: 'sport' }), 1, { status: 202, releaseAtMs: T + 5_000 });
    const inCity = { filter: { section: ['city'] } };
    expect(check([sport], [[inCity, ...start, end()]]).covered.scheduled.ends).toEqual({ 'of no reader': 1 });
    const flushed = check([plan], [[{}, ...start, end()]], [fault(2, 'everything')]);
    expect(flushed.covered.scheduled.ends).toEqual({ 'may be lost with the store': 1 });
  });
});

describe('a correction that leaves a filter', () => {
  const moved = headline('h1', { version: 2, section: 'sport' });
  const asked = [first, ask(moved, 2, { change: 'corrected', cursor: at(2), version: 2 })];
  const city = { filter: { section: ['city'] } };

  test('is told as a retraction to those it leaves, and as it is to those it enters', () => {
    const sport = [
      { filter: { section: ['sport'] } },
      ...start,
      tell(2, at(2), moved, 'corrected'),
      end(moved),
    ] as const;
    expect(
      find(asked, [[city, ...start, tell(1, at(1), one), tellGone(2, at(2), 'h1'), end()], sport]),
    ).toEqual([]);
  });

  test('may not stay, nor be told as it is', () => {
    expect(find(asked, [[city, ...start, tell(1, at(1), one), end(one)]])).toContain('undelivered');
    const told = tell(2, at(2), moved, 'corrected');
    expect(find(asked, [[city, ...start, tell(1, at(1), one), told, end()]])).toContain('not-its-audience');
  });
});

describe('a store that lost everything', () => {
  const after = ask(two, 9, { cursor: at(1, 'f') });
  const faults = [fault(5, 'everything')];

  test('is excused where readers were told of a new beginning', () => {
    const anew = [give(6, at(0, 'f')), tell(9, at(1, 'f'), two), end(two)];
    expect(find([first, after], [[{}, ...start, tell(1, at(1), one), ...anew]], faults)).toEqual([]);
    expect(find([first, after], [[{}, ...start, ...anew]], faults)).toEqual([]);
    expect(find([first, after], [[{}, ...start, tell(1, at(1), one), ...anew]])).not.toEqual([]);
  });

  test('is not excused for another epoch that looks resumed', () => {
    const told = [tell(1, at(1), one), tell(9, at(1, 'f'), two)];
    expect(find([first, after], [[{}, ...start, ...told, end(two, one)]], faults)).toContain('silent-epoch');
  });

  test('is not excused for what it was given afterwards', () => {
    expect(find([first, after], [[{}, ...start, give(6, at(0, 'f')), end()]], faults)).toContain(
      'undelivered',
    );
  });

  test('is not excused for a silent loss within one epoch', () => {
    const asked = [first, ask(two, 2, { cursor: at(2) }), ask(three, 3, { cursor: at(3) })];
    const told = [tell(1, at(1), one), tell(3, at(3), three)];
    expect(find(asked, [[{}, ...start, ...told, end(three, two, one)]], faults)).toEqual(['undelivered']);
  });
});

describe('a failover', () => {
  const faults = [fault(5, 'unreplicated')];
  const told = [tell(1, at(1), one), give(6, at(0, 'f')), end()];

  test('may lose what was acknowledged as under-replicated, and nothing else', () => {
    const unsure = ask(one, 1, { cursor: at(1), isUnderReplicated: true });
    expect(find([unsure], [[{}, ...start, ...told]], faults)).toEqual([]);
    expect(find([first], [[{}, ...start, ...told]], faults)).toContain('stale-list');
  });

  test('may not lead one reader from one history into another', () => {
    const asked = [
      ask(one, 4, { cursor: 'e.1.old', isUnderReplicated: true }),
      ask(two, 6, { cursor: 'e.1.new' }),
      ask(three, 7, { cursor: at(2) }),
    ];
    const forked = [{}, ...start, tell(4, 'e.1.old', one), tell(7, at(2), three), end(three, one)] as const;
    const other = [{}, ...start, tell(6, 'e.1.new', two), tell(7, at(2), three), end(three, two)] as const;
    expect(find(asked, [other], faults)).toEqual([]);
    expect(find(asked, [forked, other], faults)).toContain('fork');
  });
});

describe('what was never answered', () => {
  const unanswered = ask(one, 1, { isUnanswered: true });
  const later = (sequence: number) => ask(two, 9, { cursor: at(sequence) });

  test('may have happened or not', () => {
    expect(find([unanswered, later(1)], [[{}, ...start, tell(9, at(1), two), end(two)]])).toEqual([]);
    const both = [{}, ...start, tell(1, at(1), one), tell(9, at(2), two), end(two, one)] as const;
    expect(find([unanswered, later(2)], [both, both])).toEqual([]);
  });

  test('is everywhere once it was seen anywhere', () => {
    const both = [{}, ...start, tell(1, at(1), one), tell(9, at(2), two), end(two, one)] as const;
    const few = [{}, ...start, tell(9, at(2), two), end(two)] as const;
    expect(find([unanswered, later(2)], [both, few])).toContain('undelivered');
    const list = [{}, connect(10), give(10, at(2), two), end(two)] as const;
    expect(find([unanswered, later(2)], [both, list])).toContain('stale-list');
  });

  test('happens once', () => {
    const twice = [tell(1, at(1), one), tell(2, at(2), one)];
    expect(find([unanswered], [[{}, ...start, ...twice, end(one)]])).toContain('committed-twice');
  });
});

describe('a reader with a good cursor', () => {
  const asked = [first, ask(two, 9, { cursor: at(2) })];
  const away: ReaderLine = { kind: 'disconnected', atMs: T + 2_000 };
  const list = [connect(10, at(1)), give(10, at(2), two, one), end(two, one)];

  test('is resumed, and not given a list, but where history was destroyed', () => {
    const reader = [{}, ...start, tell(1, at(1), one), away, ...list] as const;
    expect(find(asked, [reader])).toEqual(['needless-new-beginning']);
    expect(find(asked, [reader], [fault(5, 'history')])).toEqual([]);
  });

  test('is not led back by a gateway that lags', () => {
    const told = [tell(1, at(1), one), tell(9, at(2), two), { ...away, atMs: T + 9_500 }];
    const back = [connect(10, at(2)), give(10, at(1), one), tell(10, at(2), two), end(two, one)];
    expect(find(asked, [[{}, ...start, ...told, ...back]])).toEqual(['went-back']);
  });

  test('must be there when all is quiet', () => {
    expect(find([first], [[{}, ...start, tell(1, at(1), one), away]])).toEqual(['not-there-at-the-end']);
    expect(find([first], [[{}, ...start, tell(1, at(1), one), away, end(one)]])).toEqual([
      'not-there-at-the-end',
    ]);
  });
});

test('a run without readers or without news proves nothing', () => {
  expect(find([first], [])).toContain('proves-nothing');
  expect(find([], [[{}, ...start, end()]])).toContain('proves-nothing');
});
