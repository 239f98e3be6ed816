import ipaddr from 'ipaddr.js';

const globalV6 = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];

/**
 * Whether an address is one of the public internet: not this machine, not a private, shared (RFC 6598) or link-local network (cloud
 * metadata lives there), no multicast, nothing reserved. An IPv4 address inside an IPv6 one (mapped, NAT64, 6to4, Teredo) is judged by
 * what it would reach: mapped ones as IPv4, the others never.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || (address as ipaddr.IPv6).match(globalV6);
}
