/** Service address: where a request found this service, for pages and contracts that name it. */
import type { Request } from 'express';

/** Whoever asks writes the Host header field: letters, digits, a port, an IPv6 address, and nothing else. */
const HOST = /^[\w.:[\]-]+$/;

/** @returns as `https://news.example`; of a host that is none, `http://localhost`. */
export function serviceAddress(request: Pick<Request, 'get' | 'protocol'>): string {
  const host = request.get('host') ?? '';
  const address = `${request.protocol === 'https' ? 'https' : 'http'}://${host}`;
  return HOST.test(host) && URL.canParse(address) ? address : 'http://localhost';
}
