/** Part of the engine contract: desks that race for the same headlines leave one history, whoever wins. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Outcome } from '../../src/domain/desk.ts';
import type { Command } from '../../src/domain/life-cycle.ts';
import { formatCursor } from '../../src/protocol/cursor.ts';
import type { Result } from '../../src/protocol/refusal.ts';
import type { OpenEngine } from './engine-contract.ts';
import { channelOf, correct, deskOf, draftOf, publish, SIX_PM_MS, schedule } from './newsroom.ts';
import { storyOf, watch } from './watch.ts';

const titles = fc.constantFrom('A', 'B', 'C');
const commands: fc.Arbitrary<Command> = fc.oneof(
  titles.map((title) => publish(title)),
  titles.map((title) => schedule(title, SIX_PM_MS + 1)),
  titles.map(correct),
  fc.record({
    do: fc.constant('upsert'),
    draft: titles.map((title) => draftOf(title)),
    version: fc.integer({ min: 1, max: 6 }),
    change: fc.constantFrom('updated', 'corrected'),
  }),
  fc.constant({ do: 'retract' } as const),
  fc.constant({ do: 'release' } as const),
);
const submissions = fc.array(
  fc.record({
    id: fc.constantFrom('a', 'b'),
    command: commands,
    key: fc.option(fc.constantFrom('k1', 'k2', 'k3')),
  }),
  { minLength: 1, maxLength: 12, size: 'max' },
);

interface Submitted {
  readonly key: string | null;
  readonly result: Result<Outcome>;
}

export function describeRaces(open: OpenEngine): void {
  describe('desks that race', () => {
    it('leave one dense history that holds each accepted change once, and nothing after a kill', async () => {
      const { engine } = await open();
      let races = 0;
      await fc.assert(
        fc.asyncProperty(fc.tuple(submissions, submissions), async (lanes) => {
          races += 1;
          const channel = `race-${races}`;
          await engine.channels.create(channelOf(channel));
          const watching = watch(engine.feed, channel);
          const desks = lanes.map(() => deskOf(engine));
          const submit = async (lane: number): Promise<Submitted[]> => {
            const done: Submitted[] = [];
            for (const { id, command, key } of lanes[lane] ?? []) {
              // The same request under one key, whichever desk it comes to; another one is refused.
              const fingerprint = `${id} ${JSON.stringify(command)}`;
              const options = {
                nowMs: SIX_PM_MS + 2,
                ...(key && { idempotency: { key, fingerprint, ttlMs: 60_000 } }),
              };
              const result = await desks[lane]?.submit(channel, id, command, options);
              if (result) done.push({ key, result });
            }
            return done;
          };
          const submitted = (await Promise.all([submit(0), submit(1)])).flat();
          const accepted = submitted.flatMap(({ result }) => (result.ok ? [result.value] : []));
          const first = accepted.filter(({ applied, repeated }) => applied && !repeated);
          const underKeys = submitted.flatMap(({ key, result }) =>
            key !== null && result.ok && result.value.applied && !result.value.repeated ? [key] : [],
          );
          expect(underKeys).toEqual([...new Set(underKeys)]);
          const told = first.filter(({ cursor }) => cursor !== undefined);
          await watching.until(({ baselines }) => baselines.length > 0);
          await watching.reach(told.length);
          watching.stop();

          const begun = watching.baselines[0];
          const log = [...(begun?.tail ?? []), ...watching.entries];
          const epoch = watching.position?.epoch ?? '';
          expect(watching.baselines).toHaveLength(1);
          expect(log.map(({ sequence }) => sequence)).toEqual(told.map((_, at) => at + 1));
          expect(log.map(({ sequence, tag }) => formatCursor({ epoch, sequence, tag })).sort()).toEqual(
            told.map(({ cursor }) => cursor).sort(),
          );
          for (const { cursor, repeated } of accepted) {
            if (repeated && cursor) expect(told.map((one) => one.cursor)).toContain(cursor);
          }
          for (const id of ['a', 'b']) {
            const bodies = log.filter((entry) => storyOf(entry) === id).map(({ body }) => body);
            const versions = bodies.map((body) =>
              body.change === 'retracted' ? body.version : body.headline.version,
            );
            expect(versions).toEqual([...new Set(versions)].sort((x, y) => x - y));
            expect(bodies.findIndex(({ change }) => change === 'retracted')).toBe(
              bodies.at(-1)?.change === 'retracted' ? bodies.length - 1 : -1,
            );
            const record = await engine.headlines.read(channel, id);
            expect(record?.revision ?? 0).toBe(first.filter((one) => one.id === id).length);
            const last = bodies.at(-1);
            if (record?.status === 'live') expect(last).toMatchObject({ headline: record.headline });
          }
        }),
        { numRuns: 15 },
      );
    }, 60_000);
  });
}
