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

const own = new BlockList();
own.addSubnet('127.0.0.0', 8, 'ipv4');
own.addSubnet('0.0.0.0', 8, 'ipv4');
// where clouds keep the secrets of a machine
own.addSubnet('169.254.0.0', 16, 'ipv4');
own.addAddress('::1', 'ipv6');
own.addAddress('::', 'ipv6');
own.addSubnet('fe80::', 10, 'ipv6');
own.addAddress('fd00:ec2::254', 'ipv6');
for (const [address, prefix] of [
  ['::ffff:127.0.0.0', 104],
  ['::ffff:0.0.0.0', 104],
  ['::ffff:169.254.0.0', 112],
] as const) {
  own.addSubnet(address, prefix, 'ipv6');
}

/** Whether an address is this machine's own or that of its surroundings: of the link, of the cloud's metadata. */
export function isOwnAddress(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '');
  const kind = isIP(name);
  return kind !== 0 && own.check(name, kind === 4 ? 'ipv4' : 'ipv6');
}
