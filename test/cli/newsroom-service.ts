/** Newsroom service: the real ingest on the embedded engine, in a folder and on a port of its own. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { hashOf } from '../../src/domain/api-key.ts';
import type { Engine } from '../../src/domain/engine.ts';
import { openEmbeddedEngine } from '../../src/engines/embedded/embedded-engine.ts';
import { createIngest } from '../../src/ingest/ingest.ts';
import type { Headline } from '../../src/protocol/headline.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';

export interface NewsroomService {
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
  readonly engine: Engine;
  /** A place for the files of a test. */
  readonly folder: string;
  /** Newest first, as readers see them. */
  headlines(channel: string): Promise<readonly Headline[]>;
  /** Entries of the channel's log: what readers were told of. */
  changes(channel: string): Promise<number>;
  dispose(): Promise<void>;
}

const ADMIN_KEY = 'test-key-of-all-rights-0123456789abcdef';

export async function startNewsroomService(): Promise<NewsroomService> {
  const folder = await createTemporaryFolder();
  const engine = await openEmbeddedEngine({ folder: `${folder.path}/data` });
  await engine.channels.create({ name: 'en', language: 'en', timeZone: 'Asia/Baku', origins: [] });
  const ingest = createIngest({ engine, bootstrapKeyHash: hashOf(ADMIN_KEY) });
  const server = createServer(express().use(ingest.router));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const baseline = (channel: string) =>
    new Promise<{ headlines: readonly Headline[]; sequence: number }>((resolve) => {
      const stop = engine.feed.follow(
        channel,
        { headlines: 1_000, tail: 0 },
        {
          onBaseline({ headlines, head }) {
            resolve({ headlines, sequence: head.sequence });
            queueMicrotask(() => stop());
          },
          onEntries: () => {},
        },
      );
    });
  return {
    url,
    env: { NEWSLINE_URL: url, NEWSLINE_KEY: ADMIN_KEY },
    engine,
    folder: folder.path,
    headlines: async (channel) => (await baseline(channel)).headlines,
    changes: async (channel) => (await baseline(channel)).sequence,
    async dispose() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await engine.close();
      await folder.dispose();
    },
  };
}
