/**
 * The contract of {@link Engine}: one suite, run on every engine, so that nothing above can tell them apart.
 */
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Engine, EngineUnavailable } from '../../src/domain/engine.ts';
import { describeFeed } from './feed-contract.ts';
import { describeHeadlines } from './headlines-contract.ts';
import { channelOf, commitOf } from './newsroom.ts';
import { describeRetention } from './retention-contract.ts';
import { describeSchedule } from './schedule-contract.ts';
import { describeStores } from './stores-contract.ts';

/** Small ones, so that a test can fill them; the domain's where left out. */
interface EngineLimits {
  readonly logLimit?: number;
  readonly recordLimit?: number;
}

/** An engine on an empty store of its own. */
interface EngineFixture {
  readonly engine: Engine;
  /** Makes all that a channel keeps look as if it had been there for so many days more. */
  letPass(days: number, channel: string): Promise<void>;
  /** Closes the engine opened last, and opens another on the same store. */
  reopen(): Promise<Engine>;
  /** Closes what is open, and takes the store away. */
  dispose(): Promise<void>;
}

export type OpenEngine = (limits?: EngineLimits) => Promise<EngineFixture>;

export function describeEngine(name: Engine['name'], openFixture: OpenEngine): void {
  const opened: EngineFixture[] = [];
  const open: OpenEngine = async (limits) => {
    const fixture = await openFixture(limits);
    opened.push(fixture);
    return fixture;
  };

  describe(`the ${name} engine`, () => {
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((fixture) => fixture.dispose()));
    });

    describeStores(open);
    describeHeadlines(open);
    describeSchedule(open);
    describeFeed(open);
    describeRetention(open);

    it('says its name, and what it finds when it examines itself', async () => {
      const { engine } = await open();
      const findings = await engine.examine();
      expect(engine.name).toBe(name);
      expect(findings.length).toBeGreaterThan(0);
      for (const { subject, detail } of findings) {
        expect(subject).not.toBe('');
        expect(detail).not.toBe('');
      }
    });

    it('rejects every call once closed, and closes twice without complaint', async () => {
      const { engine } = await open();
      await engine.channels.create(channelOf('en'));
      await engine.close();
      await engine.close();
      await expect(engine.channels.list()).rejects.toThrow(EngineUnavailable);
      await expect(engine.headlines.read('en', 'a')).rejects.toThrow(EngineUnavailable);
      await expect(engine.headlines.commit(commitOf('en', 'a'))).rejects.toThrow(EngineUnavailable);
    });
  });
}
