import { BlockList, isIP } from 'node:net';

/** A list is made by a person: more is cut, so that no list takes time. */
const maxEntries = 1000;
const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * Whether a list such as `NO_PROXY` has this host, read as Docker, Podman and Go read it: networks (`10.0.0.0/8`),
 * addresses, names with all that is below them (`corp.example`), only what is below (`.corp.example`, `*.corp.example`),
 * each with a port or without, and `*`. Node knows neither networks nor what is below a name.
 *
 * @see https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
 */
export function isListed(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port || defaultPorts[url.protocol] || '';
  const entries = list.toLowerCase().split(/[\s,]+/, maxEntries);
  return entries.some(
    (entry) => entry === '*' || (isIP(host) === 0 ? isName(entry, host, port) : isAddress(entry, host, port)),
  );
}

function isName(entry: string, host: string, port: string): boolean {
  const [, name = '', only] = /^([^:]*)(?::([0-9]+))?$/.exec(entry) ?? [];
  const suffix = name.replace(/^\*(?=\.)/, '');
  if (suffix === '' || suffix === '.' || (only !== undefined && only !== port)) return false;
  return suffix.startsWith('.') ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`);
}

function isAddress(entry: string, host: string, port: string): boolean {
  const [, network = '', prefix] = /^([0-9a-f.:]+)\/([0-9]{1,3})$/.exec(entry) ?? [];
  if (prefix !== undefined) return isIn(network, Number(prefix), host);
  if (isIP(entry) !== 0) return isIn(entry, isIP(entry) === 4 ? 32 : 128, host);
  const [, bracketed, plain = bracketed, only] = /^(?:\[([^\]]*)\]|([^:]*))(?::([0-9]+))?$/.exec(entry) ?? [];
  const kind = isIP(plain ?? '');
  return kind !== 0 && (only === undefined || only === port) && isIn(plain!, kind === 4 ? 32 : 128, host);
}

function isIn(network: string, prefix: number, host: string): boolean {
  const kind = isIP(network);
  if (kind === 0 || kind !== isIP(host) || prefix > (kind === 4 ? 32 : 128)) return false;
  const family = kind === 4 ? 'ipv4' : 'ipv6';
  const own = new BlockList();
  own.addSubnet(network, prefix, family);
  return own.check(host, family);
}
