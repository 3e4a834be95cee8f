import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { ANNOUNCE_EVERY_MS, createAnnouncer } from '../../client-sdk/src/announcer.ts';
import { clockText, firstTimeZone } from '../../client-sdk/src/clock-text.ts';
import type { Headline } from '../../src/protocol/headline.ts';
import { webAddress } from '../../src/protocol/web-address.ts';
import { inventHeadline } from './invented-headlines.ts';

describe('the clock text', () => {
  it('shows the wall clock of the zone, in numbers alone', () => {
    expect(clockText('2024-04-24T19:42:00.000Z', 'Asia/Baku')).toBe('23:42 24.04.2024');
    expect(clockText('2024-04-24T20:05:00.000Z', 'Asia/Baku')).toBe('00:05 25.04.2024');
    expect(clockText('2015-07-15T03:26:00.000Z', 'Asia/Baku')).toBe('08:26 15.07.2015');
    expect(clockText('2024-12-31T23:59:59.999Z', 'UTC')).toBe('23:59 31.12.2024');
  });

  it('has one form for every instant', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date(8e12), noInvalidDate: true }),
        fc.constantFrom('Asia/Baku', 'Asia/Kathmandu', 'America/St_Johns', 'Pacific/Apia'),
        (date, zone) => {
          expect(clockText(date.toISOString(), zone)).toMatch(
            /^([01]\d|2[0-3]):[0-5]\d [0-3]\d\.[01]\d\.\d{4}$/,
          );
        },
      ),
    );
  });

  it('is empty for what is no time, and takes UTC where no zone is known', () => {
    expect(clockText('yesterday', 'UTC')).toBe('');
    expect(firstTimeZone(null, 'Nowhere/Town', 'Asia/Baku')).toBe('Asia/Baku');
    expect(firstTimeZone(null, undefined, '')).toBe('UTC');
  });
});

describe('an address that a reader may follow', () => {
  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc',
    '//x',
    '',
    null,
    undefined,
  ])('is not %j', (text) => {
    expect(webAddress(text)).toBeUndefined();
  });

  it('is http or https, and for a site its own pages too', () => {
    expect(webAddress('https://news.example/a')).toBe('https://news.example/a');
    expect(webAddress('/all', 'https://site.example/x')).toBe('https://site.example/all');
    expect(webAddress('javascript:alert(1)', 'https://site.example/x')).toBeUndefined();
  });
});

describe('the announcer', () => {
  const polite = jest.fn<(said: { count: number; latest: Headline } | undefined) => void>();
  const urgent = jest.fn<(flash: Headline | undefined) => void>();
  const stories = new Map<string, Headline>();
  const post = (sequence: number, more: Partial<Headline> = {}) => {
    const headline = inventHeadline(sequence, more);
    stories.set(headline.id, headline);
    return headline.id;
  };
  const create = () => createAnnouncer({ find: (id) => stories.get(id), polite, urgent });
  const said = () => polite.mock.calls.map(([said]) => said && [said.count, said.latest.id]);

  beforeEach(() => {
    jest.useFakeTimers();
    stories.clear();
    polite.mockClear();
    urgent.mockClear();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('says the first at once, and what follows together, at most once in fifteen seconds', () => {
    const announcer = create();
    for (let second = 1; second <= 60; second += 1) {
      announcer.announce(post(second));
      jest.advanceTimersByTime(1_000);
    }
    expect(said()).toEqual([
      [1, 'story-1'],
      [14, 'story-15'],
      [15, 'story-30'],
      [15, 'story-45'],
      [15, 'story-60'],
    ]);
    announcer.silence();
  });

  it('interrupts for a flash alone', () => {
    const announcer = create();
    announcer.announce(post(1));
    announcer.announce(post(2, { urgency: 1 }));
    announcer.announce(post(3, { urgency: 2 }));
    expect(urgent.mock.calls.map(([flash]) => flash?.id)).toEqual(['story-2']);
    expect(said()).toEqual([[1, 'story-1']]);
    announcer.silence();
  });

  it('does not say a headline that was taken away, nor leaves it to be found', () => {
    const announcer = create();
    announcer.announce(post(1));
    announcer.announce(post(2));
    announcer.announce(post(3, { urgency: 1 }));
    for (const id of ['story-1', 'story-2', 'story-3']) announcer.forget(id);
    jest.advanceTimersByTime(ANNOUNCE_EVERY_MS);
    expect(said()).toEqual([[1, 'story-1'], undefined]);
    expect(urgent.mock.calls.map(([flash]) => flash?.id)).toEqual(['story-3', undefined]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('clears what it said when there is nothing more, and rests', () => {
    const announcer = create();
    announcer.announce(post(1));
    jest.advanceTimersByTime(ANNOUNCE_EVERY_MS);
    expect(said()).toEqual([[1, 'story-1'], undefined]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('says a headline as it stands by then, and takes back what it said before it was altered', () => {
    const announcer = create();
    announcer.announce(post(1));
    announcer.announce(post(2, { title: 'Minister dead' }));
    post(2, { title: 'Minister injured' });
    announcer.takeBack('story-2');
    jest.advanceTimersByTime(ANNOUNCE_EVERY_MS);
    expect(polite.mock.lastCall?.[0]).toMatchObject({ count: 1, latest: { title: 'Minister injured' } });
    announcer.takeBack('story-2');
    expect(polite.mock.lastCall).toEqual([undefined]);
    announcer.announce(post(3, { urgency: 1 }));
    announcer.takeBack('story-3');
    expect(urgent.mock.lastCall).toEqual([undefined]);
    announcer.silence();
  });

  it('says nothing of a headline that is in the list no more', () => {
    const announcer = create();
    announcer.announce('story-9');
    announcer.announce(post(1));
    announcer.announce(post(2));
    announcer.announce(post(3));
    stories.delete('story-3');
    jest.advanceTimersByTime(ANNOUNCE_EVERY_MS);
    expect(polite.mock.lastCall?.[0]).toMatchObject({ latest: { id: 'story-2' } });
    announcer.silence();
  });
});
