/**
 * A process that opens the embedded engine, for tests that kill it.
 *
 *     hold FOLDER [FROM]   waits for a line, opens from the working folder FROM, says `open` or `refused: why`,
 *                          and stays until it is killed
 *     commit FOLDER        opens, then commits headlines as fast as it can, saying each id once it is acknowledged
 *     fill FOLDER          the same until a commit is refused; then tries ten at once, and says what became of them
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createDesk } from '../../src/domain/desk.ts';
import { EngineUnavailable } from '../../src/domain/engine.ts';
import { openEmbeddedEngine } from '../../src/engines/embedded/embedded-engine.ts';

/** Synchronous: what was said is in the pipe when the process dies. */
const say = (line: string) => writeSync(1, `${line}\n`);

const [, , task, folder = '', from = process.cwd()] = process.argv;
const input = createInterface({ input: process.stdin });

async function hold(): Promise<void> {
  say('ready');
  await new Promise((resolve) => input.once('line', resolve));
  process.chdir(from);
  try {
    await openEmbeddedEngine({ folder });
    say('open');
  } catch (error) {
    say(`refused: ${error instanceof Error ? error.message : String(error)}`);
    input.close();
    process.stdin.destroy();
  }
}

async function openDesk() {
  const engine = await openEmbeddedEngine({ folder });
  await engine.channels.create({ name: 'en', language: 'en', timeZone: 'UTC', origins: [] });
  const desk = createDesk(engine.headlines);
  const post = async (id: string) => {
    const content = {
      title: `Headline ${id}`,
      summary: 'x'.repeat(1_000),
      language: 'en',
      urgency: 5,
    } as const;
    const draft = { content, publishedAtMs: Date.now() };
    const result = await desk.submit('en', id, { do: 'publish', draft });
    if (result.ok) say(`kept ${id}`);
    return result.ok;
  };
  return { engine, post };
}

async function commit(): Promise<void> {
  const { post } = await openDesk();
  const postAll = async (lane: number) => {
    for (let n = 0; ; n += 1) await post(`${process.pid}-${lane}-${n}`);
  };
  await Promise.all([0, 1, 2, 3].map(postAll));
}

async function fill(): Promise<void> {
  const { engine, post } = await openDesk();
  let last = '';
  try {
    for (let n = 0; ; n += 1) {
      const id = `h${n}`;
      if (await post(id)) last = id;
    }
  } catch (error) {
    say(error instanceof EngineUnavailable ? 'unavailable' : `threw ${String(error)}`);
  }
  const results = await Promise.allSettled(Array.from({ length: 10 }, (_, n) => post(`late-${n}`)));
  say(`refused ${results.filter(({ status }) => status === 'rejected').length}`);
  say(`last is ${(await engine.headlines.read('en', last))?.status}`);
  await engine.close();
  input.close();
  process.stdin.destroy();
}

await { hold, commit, fill }[task as 'hold' | 'commit' | 'fill']();
