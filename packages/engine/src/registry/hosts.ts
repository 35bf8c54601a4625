import { BlockList, isIP } from 'node:net';

/** Hosts by their names, as references and URLs have them (`localhost:5000`, `[::1]`). */
function nameOf(host: string): string {
  return host
    .replace(/:[0-9]+$/, '')
    .toLowerCase()
    .replace(/^\[|\]$/g, '');
}

/** This machine itself, which nobody can listen in on the way to. */
export function isLoopback(host: string): boolean {
  const name = nameOf(host);
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^127(?:\.[0-9]{1,3}){3}$/.test(name);
}

/**
 * Who can be reached by an address: this machine and what is beside it (the link, a cloud's metadata), the machines of a private
 * network, or everybody.
 */
export type AddressKind = 'own' | 'private' | 'public';

const own = new BlockList();
const inner = new BlockList();
for (const [list, networks] of [
  // the clouds that keep the secrets of a machine elsewhere than on its link have their address here
  [own, ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '100.100.100.200/32', '168.63.129.16/32']],
  [own, ['::/128', '::1/128', 'fe80::/10', 'fd00:ec2::254/128', 'fd20:ce::254/128']],
  [inner, ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.0.0.0/24', '192.168.0.0/16', '198.18.0.0/15']],
  [inner, ['fc00::/7', 'fec0::/10']],
] as const) {
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    list.addSubnet(address, Number(prefix), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
}

/** @param host an address, in brackets or without. @returns null: a name, of which nothing is known */
export function kindOfAddress(host: string): AddressKind | null {
  const address = host.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  const kind = isIP(address);
  if (kind === 0) return null;
  const embedded = kind === 6 ? embeddedAddress(address) : null;
  if (embedded !== null) return kindOfAddress(embedded);
  const family = kind === 4 ? 'ipv4' : 'ipv6';
  return own.check(address, family) ? 'own' : inner.check(address, family) ? 'private' : 'public';
}

/** The address of the old kind that one of the new kind leads to: mapped, or by a translator (RFC 6052, RFC 3056). */
function embeddedAddress(address: string): string | null {
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [, low] = /^(?:::ffff:(?:0:)?|64:ff9b::|2002:)([0-9a-f:]+)$/.exec(canonical) ?? [];
  if (low === undefined) return null;
  const groups = low.split(':').map((group) => Number.parseInt(group, 16) || 0);
  const [high = 0, rest = 0] = groups.length === 1 ? [0, groups[0]] : groups;
  return [high >> 8, high & 0xff, rest >> 8, rest & 0xff].join('.');
}
