/**
 * Redis address: what a URL says of where Redis is, and how it is made up.
 *
 * `redis://USER:PASSWORD@HOST:PORT/DB`, `redis+sentinel://USER:PASSWORD@HOST:PORT,HOST:PORT/NAME` and
 * `redis+cluster://USER:PASSWORD@HOST:PORT,HOST:PORT`; with `rediss` in front all over TLS. A message about a wrong one
 * quotes nothing of it: where its parts are mixed up, any of them may be a password.
 */
import { accepted, type Result, refused } from '../../protocol/refusal.ts';

export interface Place {
  readonly host: string;
  readonly port: number;
}

export interface Login {
  readonly username?: string;
  readonly password?: string;
}

interface AnyAddress {
  readonly isTls: boolean;
  readonly login: Login;
}

export type RedisAddress =
  | (AnyAddress & { readonly kind: 'single'; readonly place: Place; readonly database: number })
  | (AnyAddress & {
      readonly kind: 'sentinel';
      readonly sentinels: readonly Place[];
      readonly sentinelLogin: Login;
      /** What the sentinels call the primary. */
      readonly name: string;
    })
  | (AnyAddress & { readonly kind: 'cluster'; readonly nodes: readonly Place[] });

const SCHEME = /^redis(s?)(?:\+(sentinel|cluster))?:\/\//;
const PORT = { single: 6_379, cluster: 6_379, sentinel: 26_379 } as const;
const NAMES_LIMIT = 100;

export function readRedisAddress(url: string): Result<RedisAddress> {
  const scheme = SCHEME.exec(url);
  if (!scheme) {
    return wrong('must begin with redis://, redis+sentinel:// or redis+cluster://, or with rediss for TLS');
  }
  const kind = (scheme[2] ?? 'single') as RedisAddress['kind'];
  const rest = /^([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?(#.*)?$/s.exec(url.slice(scheme[0].length));
  const [, authority = '', path = '', query = '', fragment] = rest ?? [];
  if (!rest || fragment !== undefined) return wrong('must have no #: write it as %23 in a password');
  const at = authority.lastIndexOf('@');
  const login = readLogin(at < 0 ? undefined : authority.slice(0, at));
  if (!login.ok) return login;
  const places = readPlaces(authority.slice(at + 1), PORT[kind]);
  if (!places.ok) return places;
  const common = { isTls: scheme[1] === 's', login: login.value };
  const [first] = places.value;

  if (kind === 'sentinel') {
    const name = decode(path);
    if (!name) return wrong('must name the primary after the sentinels, as in /NAME');
    const sentinelLogin = readSentinelLogin(query);
    if (!sentinelLogin.ok) return sentinelLogin;
    return accepted({
      kind,
      ...common,
      sentinels: places.value,
      sentinelLogin: sentinelLogin.value,
      name,
    });
  }
  if (query !== '') return wrong('takes no parameters after ?, which is %3F in a password');
  if (kind === 'cluster') {
    if (path !== '') return wrong('must name no database, not even 0: a cluster has none to choose from');
    return accepted({ kind, ...common, nodes: places.value });
  }
  if (!first || places.value.length > 1) {
    return wrong('must name one host; several are for redis+sentinel:// and redis+cluster://');
  }
  if (!/^\d{0,5}$/.test(path)) return wrong('must have a number as its database, after /');
  return accepted({ kind, ...common, place: first, database: Number(path) });
}

/** Where it is, for messages: never the URL, which may hold a password. */
export function describeAddress(address: RedisAddress): string {
  if (address.kind === 'single') return nameOfPlace(address.place);
  if (address.kind === 'cluster') return address.nodes.map(nameOfPlace).join(',');
  return `${address.sentinels.map(nameOfPlace).join(',')}/${address.name}`;
}

export const nameOfPlace = ({ host, port }: Place): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

const wrong = (message: string) => refused({ code: 'invalid-field', message });

/** @returns undefined where it is not well-formed. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function readLogin(text: string | undefined): Result<Login> {
  if (text === undefined) return accepted({});
  const [user = '', ...others] = text.split(':');
  // Only the first colon parts them: a password may have more.
  const [username, password] = [decode(user), decode(others.join(':'))];
  if (username === undefined || password === undefined) {
    return wrong('must have user and password percent-encoded: a % is %25');
  }
  if (password === '')
    return wrong('must have a password after the user, as in USER:PASSWORD@HOST or :PASSWORD@HOST');
  return accepted({ ...(username !== '' && { username }), password });
}

function readSentinelLogin(query: string): Result<Login> {
  const parameters = new URLSearchParams(query);
  const username = parameters.get('sentinelUsername');
  const password = parameters.get('sentinelPassword');
  const known = ['sentinelUsername', 'sentinelPassword'];
  if ([...parameters.keys()].some((name) => !known.includes(name))) {
    return wrong('takes only sentinelUsername and sentinelPassword after ?');
  }
  if (username && !password) return wrong('must have a sentinelPassword with its sentinelUsername');
  return accepted({ ...(username && { username }), ...(password && { password }) });
}

function readPlaces(text: string, standardPort: number): Result<readonly Place[]> {
  const names = text.split(',');
  if (names.length > NAMES_LIMIT) return wrong(`must name ${NAMES_LIMIT} hosts at most`);
  const places: Place[] = [];
  for (const name of names) {
    const [, six, four, port] = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d+))?$/.exec(name) ?? [];
    const host = six ?? four;
    if (host === undefined) {
      return wrong('must name each host as HOST:PORT, and have user and password percent-encoded');
    }
    const number = port === undefined ? standardPort : Number(port);
    if (number < 1 || number > 65_535) return wrong('must have ports from 1 to 65535');
    places.push({ host, port: number });
  }
  return accepted(places);
}
