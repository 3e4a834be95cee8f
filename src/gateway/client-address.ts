/**
 * Client address: whose a request is, where proxies stand in between, and what it is counted by.
 */
import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';
import { boundedMemo } from './bounded-memo.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Proxies that a request passes through at most: what stands further left in its header is not read. */
const HOPS = 16;
/** What no address can be found in counts together, or each text would be an address of its own. */
const UNKNOWN = 'unknown';

/** What an address is counted by. IPv6 by /64: whoever has one address there has 2^64 of them. */
export const addressKey = boundedMemo((address: string): string => {
  const parsed = parse(address);
  if (!parsed) return UNKNOWN;
  return parsed.kind() === 'ipv4'
    ? parsed.toString()
    : Buffer.from(parsed.toByteArray().slice(0, 8)).toString('hex');
});

/** @param ranges addresses or CIDR ranges. */
export function createTrust(ranges: readonly string[]): (address: string) => boolean {
  const networks = ranges.map((range): [Address, number] => {
    if (range.includes('/')) return ipaddr.parseCIDR(range);
    const address = ipaddr.parse(range);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  });
  return boundedMemo((address) => {
    const parsed = parse(address);
    return networks.some(
      ([network, bits]) => parsed?.kind() === network.kind() && parsed.match(network, bits),
    );
  });
}

/**
 * The reader's address: the peer's, or what proxies we trust say of it: read from the right, the first address that
 * is no trusted proxy's.
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  isTrusted: (address: string) => boolean,
): string {
  let address = peer ?? UNKNOWN;
  if (forwardedFor === undefined) return address;
  for (let hop = 0, end = forwardedFor.length; hop < HOPS && end > 0 && isTrusted(address); hop += 1) {
    const comma = forwardedFor.lastIndexOf(',', end - 1);
    address = withoutPort(forwardedFor.slice(comma + 1, end).trim());
    end = comma;
  }
  return address;
}

/** The address of whoever sent a request. */
export function createAddressOf(trustedProxies: readonly string[]): (request: IncomingMessage) => string {
  const isTrusted = createTrust(trustedProxies);
  return ({ socket, headers }) =>
    clientAddress(socket.remoteAddress, headers['x-forwarded-for']?.toString(), isTrusted);
}

/** IPv4 in IPv6 is IPv4. */
const parse = (address: string): Address | undefined =>
  ipaddr.isValid(address) ? ipaddr.process(address) : undefined;

/** Some proxies write `203.0.113.7:4711`, or `[2001:db8::1]:4711`: the port would make each connection its own address. */
function withoutPort(hop: string): string {
  const [, bracketed] = /^\[([^\]]{1,64})\](?::\d{1,5})?$/.exec(hop) ?? [];
  if (bracketed !== undefined) return bracketed;
  const [, address] = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/.exec(hop) ?? [];
  return address ?? hop;
}
