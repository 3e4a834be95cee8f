/**
 * Origin patterns: which websites are meant by `https://site.example`, `https://*.site.example` and `*`.
 *
 * One rule for the gateway, which lets readers in, and for the embed page, which answers the page around it.
 */

/** @param origin in lower case, as browsers send it. */
export function matchesOrigin(origin: string, allowed: readonly string[]): boolean {
  return allowed.some((pattern) => {
    if (pattern === '*' || pattern === origin) return true;
    const at = pattern.indexOf('://*.');
    if (at < 0) return false;
    const [scheme, domain] = [pattern.slice(0, at + 3), pattern.slice(at + 4)];
    return (
      origin.startsWith(scheme) && origin.length > scheme.length + domain.length && origin.endsWith(domain)
    );
  });
}
