/**
 * Settings: flags and environment, checked before anything starts. A wrong one stops the start with a line that
 * names it.
 */
import { z } from 'zod';
import { origin } from '../domain/channel.ts';
import type { Finding } from '../domain/engine.ts';
import { isTimeZone } from '../domain/time.ts';
import { check } from '../domain/validation.ts';
import { readRedisAddress } from '../engines/redis/redis-address.ts';
import { accepted, type FieldError, type Result, refused } from '../protocol/refusal.ts';
import { belongsTo, certificateFile, privateKeyFile } from './pem-file.ts';

const ROLES = ['ingest', 'gateway', 'console'] as const;

const wholeNumber = (least: number, most: number, standard: number) =>
  z.coerce.number({ error: 'must be a number' }).int().min(least).max(most).default(standard);

const listOf = <Item extends string>(schema: z.ZodType<Item, string>) =>
  z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .transform((parts) => parts.filter((part) => part !== ''))
    .pipe(z.array(schema));

const faultOfRedis = (text: string): string | undefined => {
  const address = readRedisAddress(text);
  return address.ok ? undefined : address.refusal.message;
};
const faultOfOther = (text: string): string | undefined =>
  /^embedded:./.test(text) ? undefined : 'must be embedded:FOLDER, or the address of a Redis: redis://HOST';

const fields = z.object({
  port: wholeNumber(0, 65_535, 8080),
  /** Loopback unless said otherwise: what is not meant for the network is not on it. */
  host: z.string().min(1).default('127.0.0.1'),
  store: z
    .string()
    .superRefine((text, context) => {
      const message = text.startsWith('redis') ? faultOfRedis(text) : faultOfOther(text);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .default('embedded:./data'),
  storeCa: certificateFile().optional(),
  storeCert: certificateFile().optional(),
  storeKey: privateKeyFile().optional(),
  waitReplicas: wholeNumber(0, 10, 0),
  /** Below the five seconds after which a command counts as lost. */
  waitReplicasMs: wholeNumber(100, 4_000, 1_000),
  keyPrefix: z
    .string()
    .regex(/^[A-Za-z0-9:_-]{1,64}$/, 'must be 1 to 64 of A-Z, a-z, 0-9, :, _ and -')
    .default('newsline'),
  roles: listOf(z.enum(ROLES))
    .pipe(z.array(z.enum(ROLES)).min(1))
    .default([...ROLES]),
  adminKey: z.string().min(32, 'must have 32 characters at least').optional(),
  timeZone: z.string().refine(isTimeZone, 'must be an IANA time zone, as Asia/Baku').default('UTC'),
  origins: listOf(origin).default([]),
  publicUrl: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .transform((text) => text.replace(/\/+$/, ''))
    .optional(),
  trustedProxies: listOf(
    z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'must be an address or a CIDR range'),
  ).default([]),
  maxConnections: wholeNumber(1, 1_000_000, 50_000),
  maxConnectionsPerAddress: wholeNumber(1, 1_000_000, 1_000),
  connectionsPerSecond: wholeNumber(1, 1_000_000, 2_000),
  maxConnectionAgeMs: wholeNumber(0, 2_592_000_000, 43_200_000),
  maxSubscriptionsPerConnection: wholeNumber(1, 1_000, 50),
  maxMessageBytes: wholeNumber(256, 65_536, 4_096),
  maxBodyBytes: wholeNumber(1_024, 1_048_576, 65_536),
  requestsPerMinute: wholeNumber(1, 1_000_000, 600),
  requestsPerMinutePerAddress: wholeNumber(60, 1_000_000_000, 10_000),
  pingIntervalMs: wholeNumber(1_000, 300_000, 25_000),
  drainMs: wholeNumber(0, 600_000, 5_000),
  logLevel: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
});

const TLS_SETTINGS = ['storeCa', 'storeCert', 'storeKey'] as const;

const schema = fields.superRefine((settings, context) => {
  const refuse = (path: string, message: string) =>
    context.addIssue({ code: 'custom', path: [path], message });
  const { store, roles, storeCert, storeKey, waitReplicas } = settings;
  if (waitReplicas > 0 && store.startsWith('embedded:')) {
    refuse('waitReplicas', 'needs a redis:// store: an embedded one has no replicas');
  }
  const unused = TLS_SETTINGS.find((name) => settings[name] !== undefined && !store.startsWith('rediss'));
  if (unused) refuse(unused, 'is for TLS: the store must begin with rediss');
  else if (storeCert === undefined && storeKey !== undefined) refuse('storeKey', 'needs its certificate');
  else if (storeCert !== undefined && storeKey === undefined) refuse('storeCert', 'needs its private key');
  else if (storeCert !== undefined && storeKey !== undefined && !belongsTo(storeKey, storeCert))
    refuse('storeKey', 'is not the key of the certificate');
  // Its folder takes one process: readers there would wait for headlines that no one can post.
  if (store.startsWith('embedded:') && !roles.includes('ingest')) {
    refuse(
      'roles',
      'must have ingest with an embedded store, which one process has to itself; apart, roles share a redis:// store',
    );
  }
});

export type Settings = z.output<typeof schema>;
type SettingName = keyof Settings;

/** Flag, and what it does; the environment's name follows from the setting's. */
export const SETTING_FLAGS: Readonly<Record<SettingName, { readonly flag: string; readonly help: string }>> =
  {
    port: { flag: '--port <number>', help: 'port to listen on; 0 takes a free one (8080)' },
    host: { flag: '--host <address>', help: 'address to listen on (127.0.0.1)' },
    store: {
      flag: '--store <store>',
      help: 'embedded:FOLDER or redis://HOST, redis+sentinel://, redis+cluster:// (embedded:./data)',
    },
    storeCa: { flag: '--store-ca <file>', help: 'whom to trust at rediss://, in PEM (as Node does)' },
    storeCert: { flag: '--store-cert <file>', help: 'certificate to show to the store, in PEM' },
    storeKey: { flag: '--store-key <file>', help: 'its private key, in PEM' },
    waitReplicas: {
      flag: '--wait-replicas <number>',
      help: 'replicas of Redis that must have a change before it is acknowledged (0)',
    },
    waitReplicasMs: {
      flag: '--wait-replicas-ms <number>',
      help: 'how long for; then it is acknowledged, and said (1000)',
    },
    keyPrefix: { flag: '--key-prefix <text>', help: 'beginning of every key in Redis (newsline)' },
    roles: { flag: '--roles <roles>', help: 'any of ingest,gateway,console (all)' },
    adminKey: { flag: '', help: 'key of all rights; set it in the environment only' },
    timeZone: { flag: '--time-zone <zone>', help: 'IANA zone of channels that name none (UTC)' },
    origins: {
      flag: '--origins <list>',
      help: 'websites that may read every channel, comma-separated (none but its own)',
    },
    publicUrl: { flag: '--public-url <url>', help: 'where readers reach the service' },
    trustedProxies: {
      flag: '--trusted-proxies <list>',
      help: 'addresses or CIDR ranges whose X-Forwarded-For is believed (none)',
    },
    maxConnections: { flag: '--max-connections <number>', help: 'open connections of readers (50000)' },
    maxConnectionsPerAddress: {
      flag: '--max-connections-per-address <number>',
      help: 'of one address, IPv6 by /64 (1000)',
    },
    connectionsPerSecond: {
      flag: '--connections-per-second <number>',
      help: 'new connections of readers in a second (2000)',
    },
    maxConnectionAgeMs: {
      flag: '--max-connection-age-ms <number>',
      help: 'after which a reader is asked to come again; 0: never (43200000)',
    },
    maxSubscriptionsPerConnection: {
      flag: '--max-subscriptions-per-connection <number>',
      help: 'channels of one connection (50)',
    },
    maxMessageBytes: { flag: '--max-message-bytes <number>', help: 'of one message from a reader (4096)' },
    maxBodyBytes: { flag: '--max-body-bytes <number>', help: 'of one request from the newsroom (65536)' },
    requestsPerMinute: { flag: '--requests-per-minute <number>', help: 'of one API key (600)' },
    requestsPerMinutePerAddress: {
      flag: '--requests-per-minute-per-address <number>',
      help: 'of readers at one address, IPv6 by /64; a stream counts as two (10000)',
    },
    pingIntervalMs: {
      flag: '--ping-interval-ms <number>',
      help: 'between two pings of one connection (25000)',
    },
    drainMs: { flag: '--drain-ms <number>', help: 'to say goodbye in before the process ends (5000)' },
    logLevel: {
      flag: '--log-level <level>',
      help: 'silent, fatal, error, warn, info, debug or trace (info)',
    },
  };

const SETTING_NAMES = Object.keys(SETTING_FLAGS) as SettingName[];
/** Names in the environment that belong to the client commands. */
const OF_CLIENTS = ['NEWSLINE_URL', 'NEWSLINE_KEY'];

const environmentName = (setting: string): string =>
  `NEWSLINE_${setting.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

/** @param flags as given on the command line, by setting; they win over the environment. */
export function readSettings(
  flags: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): Result<Settings> {
  const given: Record<string, unknown> = {};
  const places = new Map<string, string>();
  for (const setting of SETTING_NAMES) {
    const name = environmentName(setting);
    const isFlag = flags[setting] !== undefined;
    const value = isFlag ? flags[setting] : env[name];
    // An empty variable is one that a compose file passes on unset.
    if (value !== undefined && value !== '') given[setting] = value;
    places.set(setting, isFlag ? (SETTING_FLAGS[setting].flag.split(' ')[0] ?? name) : name);
  }
  const known = new Set([...SETTING_NAMES.map(environmentName), ...OF_CLIENTS]);
  const unknown = Object.keys(env).find((name) => name.startsWith('NEWSLINE_') && !known.has(name));
  if (unknown) return refuseSetting([{ field: unknown, message: 'is not a known setting' }]);
  const settings = check(schema, given, 'settings');
  if (settings.ok) return accepted(settings.value);
  return refuseSetting(
    (settings.refusal.errors ?? []).map(({ field, message }) => nameSetting(field, message, places)),
  );
}

function nameSetting(path: string, message: string, places: ReadonlyMap<string, string>): FieldError {
  const [setting = '', ...rest] = path.split('.');
  return { field: [places.get(setting) ?? setting, ...rest].join('.'), message };
}

const refuseSetting = (errors: readonly FieldError[]) =>
  refused({
    code: 'invalid-field',
    message: errors.map(({ field, message }) => `${field} ${message}`).join('; '),
    errors,
  });

/** For `newsline doctor`. @param store as its flag says, where it is given. */
export function checkSettings(
  env: Readonly<Record<string, string | undefined>>,
  store: string | undefined,
): readonly Finding[] {
  const settings = readSettings({ store }, env);
  return [
    settings.ok
      ? { ok: true, subject: 'settings', detail: 'are valid' }
      : { ok: false, subject: 'settings', detail: settings.refusal.message },
  ];
}
