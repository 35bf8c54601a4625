import { ImageError } from './error.ts';
import { isLoopback } from './hosts.ts';
import { isListed } from './no-proxy.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that a host is asked through; undefined: none. This machine is never asked through one. `HOST:PORT` is a proxy
 * over HTTP, as Docker, curl and Go read it.
 *
 * @throws ImageError `UNSUPPORTED` for one that cannot be used: to go around it would be another network than was meant. What
 * was named is not shown, since it may have a password.
 */
export function proxyOf(url: URL, environment: Environment): URL | undefined {
  const lower = `${url.protocol.slice(0, -1)}_proxy`;
  const name = environment[lower] ? lower : lower.toUpperCase();
  const text = environment[name]?.trim();
  if (!text || isLoopback(url.host) || isListed(url, environment.no_proxy || environment.NO_PROXY || '')) {
    return undefined;
  }
  const proxy = proxyFrom(text);
  if (proxy === null) {
    throw new ImageError('UNSUPPORTED', `${name} names no proxy that can be used; say http://HOST:PORT`);
  }
  return proxy;
}

/** Passwords of the proxies that are named, as they are written and as they are meant. */
export function proxySecrets(environment: Environment): readonly string[] {
  return proxyNames.flatMap((name) => {
    const password = proxyFrom(environment[name]?.trim() ?? '')?.password ?? '';
    return password === '' ? [] : [password, decodeURIComponent(password)];
  });
}

const proxyNames = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'];

function proxyFrom(text: string): URL | null {
  const full = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(full)) return null;
  const url = new URL(full);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  url.username = decodable(url.username);
  url.password = decodable(url.password);
  return url;
}

/** Node decodes them and fails on a `%` that stands for itself. */
function decodable(text: string): string {
  try {
    decodeURIComponent(text);
    return text;
  } catch {
    return text.replaceAll('%', '%25');
  }
}
