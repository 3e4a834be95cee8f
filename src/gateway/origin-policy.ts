/**
 * Origin policy: which websites may read. A browser always says its origin on a WebSocket and across sites; what is
 * not allowed is denied. Programs that say none are no browsers. [RFC 6454; RFC 6455 10.2]
 */
import type { IncomingHttpHeaders } from 'node:http';
import { matchesOrigin } from '../protocol/origin-pattern.ts';
import type { Refusal } from '../protocol/refusal.ts';

/** What a request says of the page it comes from. */
export type ReaderOrigin = Pick<IncomingHttpHeaders, 'origin' | 'host'>;

export interface OriginPolicy {
  /** The service's own pages may read: those whose origin is the request's Host. */
  mayRead(from: ReaderOrigin, channelOrigins?: readonly string[]): boolean;
}

/** @param origins allowed for every channel: exact, `https://*.site.example`, or `*`. */
export function createOriginPolicy(origins: readonly string[]): OriginPolicy {
  return {
    mayRead({ origin, host }, channelOrigins = []) {
      if (origin === undefined) return true;
      const asked = origin.toLowerCase();
      return isOwn(asked, host) || matchesOrigin(asked, origins) || matchesOrigin(asked, channelOrigins);
    },
  };
}

/** The scheme is left out: behind a proxy that ends TLS we do not know ours. */
function isOwn(origin: string, host: string | undefined): boolean {
  const at = origin.indexOf('://');
  return host !== undefined && at > 0 && origin.slice(at + 3) === host.toLowerCase();
}

export const originDenied = ({ origin }: ReaderOrigin): Refusal => ({
  code: 'origin-denied',
  message: `Origin: ${String(origin).slice(0, 200)} is not among the allowed origins`,
});
