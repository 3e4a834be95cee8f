/** Content policy: what a page's Content-Security-Policy lets it load. [CSP 3, 6.7.2] */

/** Directives with their sources; of a directive that stands twice the first counts. */
export type ContentPolicy = ReadonlyMap<string, readonly string[]>;

export interface Blocked {
  /** The directive that blocks, as it stands in the page's policy. */
  readonly directive: string;
}

/** What a kind of request is judged by; the first that is there. */
const CHAINS = {
  script: ['script-src-elem', 'script-src', 'default-src'],
  connect: ['connect-src', 'default-src'],
  frame: ['frame-src', 'child-src', 'default-src'],
  image: ['img-src', 'default-src'],
} as const;
export type Kind = keyof typeof CHAINS;

/** @param text of one header field or meta element; several policies are parted by commas. */
export function parsePolicies(text: string): readonly ContentPolicy[] {
  return text
    .split(',')
    .map((policy) => {
      const directives = new Map<string, readonly string[]>();
      for (const directive of policy.split(';')) {
        const [name = '', ...sources] = directive.trim().split(/\s+/);
        if (name !== '' && !directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), sources);
      }
      return directives;
    })
    .filter((policy) => policy.size > 0);
}

/** @param nonce of the tag that loads it. @returns undefined where it may be loaded. */
export function blockedBy(
  policy: ContentPolicy,
  kind: Kind,
  url: URL,
  page: URL,
  nonce = '',
): Blocked | undefined {
  const directive = CHAINS[kind].find((name) => policy.has(name));
  const sources = directive === undefined ? undefined : policy.get(directive);
  if (directive === undefined || !sources) return undefined;
  const isNamed = kind === 'script' && nonce !== '' && sources.includes(`'nonce-${nonce}'`);
  const isByNonceAlone =
    kind === 'script' && sources.some((source) => source.toLowerCase() === "'strict-dynamic'");
  if (isNamed || (!isByNonceAlone && sources.some((source) => matches(source, url, page)))) return undefined;
  return { directive };
}

const HOST_SOURCE = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\*|(?:\*\.)?[^:/?#'*]+)(?::(\d+|\*))?(\/[^?#]*)?$/i;
const schemeOf = ({ protocol }: URL): string => protocol.slice(0, -1);

function matches(source: string, url: URL, page: URL): boolean {
  const scheme = schemeOf(url);
  if (source === '*') return /^(https?|wss?)$/.test(scheme) || scheme === schemeOf(page);
  if (source.toLowerCase() === "'self'") return isSelf(url, page);
  const [, alone] = /^([a-z][a-z0-9+.-]*):$/i.exec(source) ?? [];
  if (alone !== undefined) return meansScheme(alone.toLowerCase(), scheme);
  const [, named, host = '', port, path] = HOST_SOURCE.exec(source) ?? [];
  if (host === '') return false;
  if (!meansScheme(named?.toLowerCase() ?? schemeOf(page), scheme)) return false;
  return meansHost(host.toLowerCase(), url.hostname) && meansPort(port, url) && meansPath(path, url.pathname);
}

function isSelf(url: URL, page: URL): boolean {
  if (url.origin === page.origin) return true;
  if (url.hostname !== page.hostname) return false;
  const isSafer =
    /^(https|wss)$/.test(schemeOf(url)) || (page.protocol === 'http:' && url.protocol === 'ws:');
  return isSafer && (url.port === page.port || (url.port === '' && page.port === ''));
}

/** Itself or its safer form. [CSP 3, 6.7.2.9] would have `ws:` mean http as well; browsers do not. */
const meansScheme = (allowed: string, scheme: string): boolean =>
  allowed === scheme || (['http', 'ws'].includes(allowed) && scheme === `${allowed}s`);

function meansHost(allowed: string, host: string): boolean {
  if (allowed === '*') return true;
  return allowed.startsWith('*.') ? host.endsWith(allowed.slice(1)) : host === allowed;
}

function meansPort(allowed: string | undefined, url: URL): boolean {
  if (allowed === '*') return true;
  const usual = /^(https|wss)$/.test(schemeOf(url)) ? '443' : '80';
  const port = url.port || usual;
  return allowed === undefined ? port === usual : allowed === port || (allowed === '80' && port === '443');
}

function meansPath(allowed: string | undefined, path: string): boolean {
  if (allowed === undefined || allowed === '/') return true;
  return allowed.endsWith('/') ? path.startsWith(allowed) : path === allowed;
}
