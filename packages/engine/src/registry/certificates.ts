import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SecureContextOptions } from 'node:tls';
import { ImageError } from './error.ts';
import { readSettingsFile } from './settings-file.ts';
import type { RegistryOptions } from './types.ts';

const defaultFolders = ['/etc/docker/certs.d', '/etc/containers/certs.d'];

/**
 * Authorities and client certificates for one host: those that were given, of `SSL_CERT_FILE`, and of a folder named after the
 * host as Docker and Podman have it (`certs.d/HOST:PORT/*.crt`, `*.cert` with `*.key`). Without any, Node's own authorities
 * count, which `NODE_EXTRA_CA_CERTS` and `NODE_USE_SYSTEM_CA` add to.
 *
 * @throws ImageError `UNREADABLE`, `TOO_LARGE`
 */
export async function certificatesFor(
  host: string,
  { ca = [], environment = {}, certificateFolders }: RegistryOptions,
): Promise<SecureContextOptions> {
  const authorities = [...ca];
  if (environment.SSL_CERT_FILE) {
    authorities.push(await read(environment.SSL_CERT_FILE));
  }
  const client: { cert: string; key: string }[] = [];
  for (const folder of certificateFolders ?? defaultFolders.concat(homeFolders(environment))) {
    const own = join(folder, host);
    for (const name of await namesIn(own)) {
      if (name.endsWith('.crt')) {
        authorities.push(await read(join(own, name)));
      } else if (name.endsWith('.cert')) {
        const key = join(own, `${name.slice(0, -'.cert'.length)}.key`);
        client.push({ cert: await read(join(own, name)), key: await read(key) });
      }
    }
  }
  const { rootCertificates, getCACertificates } = await import('node:tls');
  // a list replaces Node's own
  const roots = getCACertificates?.('default') ?? rootCertificates;
  return {
    ...(authorities.length > 0 ? { ca: [...roots, ...authorities] } : {}),
    ...(client.length > 0 ? { cert: client.map(({ cert }) => cert), key: client.map(({ key }) => key) } : {}),
  };
}

function homeFolders({ XDG_CONFIG_HOME, HOME }: NonNullable<RegistryOptions['environment']>): readonly string[] {
  const settings = XDG_CONFIG_HOME || (HOME && join(HOME, '.config'));
  return [
    ...(settings ? [join(settings, 'containers', 'certs.d')] : []),
    ...(HOME ? [join(HOME, '.docker', 'certs.d')] : []),
  ];
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return [];
    }
    throw new ImageError('UNREADABLE', `the certificates in ${folder} cannot be read (${String(code)})`, {
      cause: error,
    });
  }
}

async function read(path: string): Promise<string> {
  try {
    return (await readSettingsFile(path, undefined)).toString('utf8');
  } catch (error) {
    if (error instanceof ImageError) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : error;
    throw new ImageError('UNREADABLE', `the certificate ${path} cannot be read (${String(code)})`, { cause: error });
  }
}
