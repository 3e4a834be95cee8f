/** Contenders: the servers that are measured, how each is started, read and given headlines. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { PublishAddress } from './publisher.ts';
import type { Dialect, ReaderAddress } from './reader-socket.ts';

export interface Endpoints {
  readonly reading: ReaderAddress;
  readonly publishing: PublishAddress;
}

export interface Contender {
  readonly name: 'newsline' | 'newsline-gateway' | 'naive-ws' | 'socket-io';
  /** Script and arguments. @param folder for what it writes. */
  program(folder: string): readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** From a line of its output; undefined where the line says something else. */
  readEndpoints(line: string): Endpoints | undefined;
}

const bundled = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const STREAM = '/v1/channels/main/stream?last=0';

/** The whole service as it is shipped: checks, commits and flushes to disk each headline before it fans out. */
function newsline(program: string): Contender {
  const key = randomBytes(24).toString('hex');
  const settings = {
    port: 0,
    'max-connections': 100_000,
    'max-connections-per-address': 100_000,
    'requests-per-minute': 1_000_000,
    'requests-per-minute-per-address': 1_000_000_000,
    'drain-ms': 0,
    'log-level': 'warn',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return {
    name: 'newsline',
    program: (folder) => [program, 'serve', '--store', `embedded:${folder}/store`, ...flags],
    env: { NEWSLINE_ADMIN_KEY: key },
    readEndpoints(line) {
      const url = /^newsline is at (http:\S+)$/.exec(line)?.[1];
      return url === undefined
        ? undefined
        : {
            reading: { port: Number(new URL(url).port), path: STREAM, dialect: 'newsline.v1' },
            publishing: { by: 'http', url: `${url}/v1/channels/main/headlines`, key },
          };
    },
  };
}

function onControlSocket(name: Contender['name'], path: string, dialect: Dialect): Contender {
  return {
    name,
    program: () => [bundled(`./servers/${name}.js`)],
    env: {},
    readEndpoints(line) {
      const { port, controlPort } = JSON.parse(line) as {
        readonly port: number;
        readonly controlPort: number;
      };
      return { reading: { port, path, dialect }, publishing: { by: 'control', port: controlPort } };
    },
  };
}

/** @param service main program of the service to measure. */
export const createContenders = (service: string): readonly Contender[] => [
  newsline(service),
  onControlSocket('newsline-gateway', STREAM, 'newsline.v1'),
  onControlSocket('naive-ws', '/', 'plain'),
  onControlSocket('socket-io', '/socket.io/?EIO=4&transport=websocket', 'socket.io'),
];
