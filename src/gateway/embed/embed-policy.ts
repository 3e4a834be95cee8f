/**
 * Embed policy: what the embed page may load, and who may show it in a frame.
 *
 * The page is the service's own origin and may read for that reason. So it is here, by `frame-ancestors`, that the
 * channel's allowed websites are kept to; a channel that allows `*` may be framed by all. [CSP 3, 6.4.2]
 */

/** What `frame-ancestors` can say: no IPv6 address, and nothing that would end the directive. */
const FRAMABLE = /^(\*|https?:\/\/(\*\.)?[a-z0-9.-]+(:\d+)?)$/;

/** Of all patterns those that a browser understands there. */
export const framingOrigins = (patterns: readonly string[]): readonly string[] =>
  [...new Set(patterns)].filter((pattern) => FRAMABLE.test(pattern));

/** @param parents origins that may show the page in a frame, beside its own. */
export const embedPolicy = (parents: readonly string[]): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' https: http:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
    `frame-ancestors ${["'self'", ...framingOrigins(parents)].join(' ')}`,
  ].join(';');
