import { afterEach, describe, expect, it } from '@jest/globals';
import type { ServerFrame } from '../../src/protocol/frames.ts';
import type { Headline } from '../../src/protocol/headline.ts';
import { recordWaits, runCommand, startCommand } from './run-command.ts';
import {
  closedAddress,
  json,
  type ScriptedServer,
  type Step,
  startScriptedServer,
} from './scripted-server.ts';

let server: ScriptedServer;
afterEach(() => server.dispose());

const headline = (sequence: number, more: Partial<Headline> = {}): Headline => ({
  id: `h${sequence}`,
  version: 1,
  sequence,
  title: `Story ${sequence}`,
  language: 'en',
  publishedAt: '2024-03-02T10:00:00.000Z',
  updatedAt: '2024-03-02T10:00:00.000Z',
  urgency: 5,
  ...more,
});
const cursorOf = (sequence: number) => `e1.${sequence}.t${sequence}`;
const snapshot = (...headlines: Headline[]): ServerFrame => ({
  type: 'snapshot',
  channel: 'en',
  cursor: cursorOf(headlines[0]?.sequence ?? 0),
  resumed: false,
  serverTime: '2024-03-02T10:00:00.000Z',
  timeZone: 'Asia/Baku',
  headlines,
});
const resumed = (sequence: number): ServerFrame => ({
  type: 'resumed',
  channel: 'en',
  cursor: cursorOf(sequence),
});
const published = (sequence: number, more: Partial<Headline> = {}): ServerFrame => ({
  type: 'headline',
  channel: 'en',
  cursor: cursorOf(sequence),
  change: 'published',
  headline: headline(sequence, more),
});
const event = (frame: ServerFrame): string => {
  const id = 'cursor' in frame ? `id: ${frame.cursor}\n` : '';
  return `event: ${frame.type}\n${id}data: ${JSON.stringify(frame)}\n\n`;
};
/** Sends frames, and then holds the stream open, ends it or breaks it in the middle of an event. */
const stream =
  (frames: readonly ServerFrame[], then: 'hold' | 'end' | 'break' = 'hold'): Step =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`:\n\n${frames.map(event).join('')}`);
    if (then === 'end') response.end();
    if (then === 'break')
      response.write('event: headline\nid: e1.99.t\ndata: {"type":', () => response.destroy());
  };

async function tail(steps: readonly Step[], lines: number, args: readonly string[] = []) {
  server = await startScriptedServer(steps);
  const stop = new AbortController();
  const { waits, wait } = recordWaits();
  const env = { NEWSLINE_URL: server.url };
  const command = startCommand(['tail', 'en', ...args], { env, signal: stop.signal, wait, random: () => 0 });
  const printed = await command.lines(lines);
  stop.abort();
  return { printed, exitCode: await command.ended, stderr: command.stderr(), waits };
}

describe('newsline tail', () => {
  it('prints a line for each headline, oldest first, in the newsroom’s zone, and ends well', async () => {
    const flash = published(3, { urgency: 1, labels: ['live'] });
    const { printed, exitCode, stderr } = await tail(
      [stream([snapshot(headline(2, { urgency: 3 }), headline(1)), flash])],
      3,
    );
    expect(printed).toEqual([
      '2024-03-02 14:00 +04:00  Story 1',
      '2024-03-02 14:00 +04:00  * BREAKING * Story 2',
      '2024-03-02 14:00 +04:00  *** FLASH *** Story 3 [live]',
    ]);
    expect(exitCode).toBe(0);
    expect(stderr).toBe(`go on with --since ${cursorOf(3)}\n`);
  });

  it('shows corrections with their words, and kills without the text', async () => {
    const correction: ServerFrame = {
      type: 'headline',
      channel: 'en',
      cursor: cursorOf(2),
      change: 'corrected',
      headline: headline(1, { version: 2, title: 'Right', notice: 'Was wrong' }),
    };
    const kill: ServerFrame = {
      type: 'retraction',
      channel: 'en',
      cursor: cursorOf(3),
      id: 'h1',
      notice: 'Not so',
    };
    const { printed } = await tail([stream([snapshot(headline(1)), correction, kill])], 3);
    expect(printed[1]).toBe('2024-03-02 14:00 +04:00  CORRECTION Right (Was wrong)');
    expect(printed[2]).toMatch(/^\S+ \S+ \+04:00 {2}KILLED h1: Not so$/);
  });

  it('comes back by the last cursor, each change once, also when it broke in the middle of one', async () => {
    const steps = [
      stream([snapshot(headline(1)), published(2)], 'break'),
      json(503, {}, { 'retry-after': '3' }),
      stream([resumed(2), published(3)], 'end'),
      stream([resumed(3), published(4)]),
    ];
    const { printed, waits, stderr } = await tail(steps, 4);
    expect(printed.map((line) => line.split('  ')[1])).toEqual(['Story 1', 'Story 2', 'Story 3', 'Story 4']);
    const asked = server.requests.map(({ headers }) => headers['last-event-id']);
    expect(asked).toEqual([undefined, cursorOf(2), cursorOf(2), cursorOf(3)]);
    expect(waits).toEqual([0, 3_000, 0]);
    expect(stderr).toContain('connection lost');
  });

  it('stays away as long as a goodbye says', async () => {
    const steps = [
      stream([snapshot(headline(1)), { type: 'goodbye', retryAfterMs: 4_321 }], 'end'),
      stream([resumed(1), published(2)]),
    ];
    expect((await tail(steps, 2)).waits).toEqual([4_321]);
  });

  it('after a snapshot in place of a resume says so, and repeats only what is new', async () => {
    const steps = [
      stream([snapshot(headline(2), headline(1))], 'end'),
      stream([snapshot(headline(9), headline(2, { version: 2, title: 'Mended' }), headline(1))]),
    ];
    const { printed, stderr } = await tail(steps, 4);
    expect(printed.map((line) => line.split('  ')[1])).toEqual(['Story 1', 'Story 2', 'Mended', 'Story 9']);
    expect(stderr).toContain('no longer kept');
  });

  it('asks for what it was told to, and never shows a key', async () => {
    const args = [
      '--last',
      '5',
      '--section',
      'local',
      '--section',
      'sport',
      '--language',
      'en',
      '--tag',
      'x',
      '--max-urgency',
      '3',
    ];
    await tail([stream([snapshot(headline(1))])], 1, [...args, '--key', 'secret', '--time-zone', 'UTC']);
    const [request] = server.requests;
    expect(request?.url).toBe(
      '/v1/channels/en/stream?section=local&section=sport&language=en&tag=x&maxUrgency=3&last=5',
    );
    expect(request?.headers.authorization).toBeUndefined();
  });

  it('goes on after a given cursor, in the zone it asks for', async () => {
    const zone = json(200, {
      channel: 'en',
      cursor: cursorOf(1),
      resumed: false,
      timeZone: 'Asia/Baku',
      headlines: [],
    });
    const { printed } = await tail([zone, stream([resumed(1), published(2)])], 1, ['--since', cursorOf(1)]);
    expect(printed).toEqual(['2024-03-02 14:00 +04:00  Story 2']);
    expect(server.requests[1]?.headers['last-event-id']).toBe(cursorOf(1));
  });

  it('prints frames as ndjson, and lets none of them move the cursor of a terminal', async () => {
    const frames = [snapshot(headline(1, { title: 'Red \u009b31m \u001b[31m' })), published(2)];
    const { printed } = await tail([stream(frames)], 2, ['--json']);
    expect(printed.map((line) => JSON.parse(line))).toEqual(frames);
    expect(printed.join('')).not.toMatch(/\p{Cc}/u);
  });

  it('replaces what a terminal could take for a command', async () => {
    const { printed } = await tail([stream([snapshot(headline(1, { title: 'Red \u001b[31m' }))])], 1);
    expect(printed[0]).toContain('Red \ufffd[31m');
  });

  it('takes a silent connection for lost', async () => {
    // The default limit is for people; the module under the command is asked here.
    const { followStream } = await import('../../src/cli/commands/follow-stream.ts');
    const { createServiceClient } = await import('../../src/cli/service-client.ts');
    server = await startScriptedServer([stream([snapshot(headline(1))]), stream([resumed(1), published(2)])]);
    const stop = new AbortController();
    const client = createServiceClient({ url: server.url });
    const reasons: string[] = [];
    const seen: unknown[] = [];
    const options = {
      signal: stop.signal,
      silenceMs: 50,
      random: () => 0,
      onLost: (reason: string) => reasons.push(reason),
    };
    for await (const { frame } of followStream(client, 'en', options)) {
      seen.push(frame?.type);
      if (frame?.type === 'headline') break;
    }
    expect(seen).toEqual(['snapshot', 'resumed', 'headline']);
    expect(reasons).toEqual(['nothing was heard for too long']);
  });

  it.each([
    [
      404,
      { type: 'urn:newsline:problem:unknown-channel', detail: 'there is no channel en' },
      'there is no channel en (unknown-channel)',
    ],
    [
      400,
      { type: 'urn:newsline:problem:bad-cursor', detail: 'since: is no cursor' },
      'since: is no cursor (bad-cursor)',
    ],
    [200, { hello: 'world' }, 'not as newsline does: is the address right? (200)'],
  ])('ends where coming back cannot help: %i', async (status, problem, message) => {
    server = await startScriptedServer([json(status, problem)]);
    const { exitCode, stderr } = await runCommand(['tail', 'en'], { env: { NEWSLINE_URL: server.url } });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
  });

  it('ends at a refusal that means stay away', async () => {
    const refusal: ServerFrame = { type: 'refusal', code: 'unknown-channel', message: 'the channel is gone' };
    server = await startScriptedServer([stream([snapshot(headline(1)), refusal], 'end')]);
    const { exitCode, stderr } = await runCommand(['tail', 'en'], { env: { NEWSLINE_URL: server.url } });
    expect([exitCode, stderr]).toEqual([1, 'newsline: the channel is gone (unknown-channel)\n']);
  });

  it('does not wait for a service that was never there', async () => {
    server = await startScriptedServer([]);
    const url = await closedAddress();
    const { exitCode, stderr } = await runCommand(['tail', 'en', '--url', url]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`cannot reach ${url} (ECONNREFUSED)`);
  });
});
