import { readFileSync, statSync } from 'node:fs';
import type { RegistryOptions } from '@plimsoll/engine';
import { UsageError } from '../exit.ts';
import { fileReason } from '../files.ts';
import { list } from '../values.ts';

const maxCertificateBytes = 4 * 1024 * 1024;
const hostForm = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?$/i;
const hub = 'docker.io';

/** How registries are reached, as flags and the environment say. @throws UsageError */
export function registryOptions(options: Record<string, unknown>): RegistryOptions {
  const insecure = list(options, 'insecureRegistry').map((host) => hostOf(host, '--insecure-registry'));
  return {
    environment: process.env,
    insecure,
    inside: list(options, 'registryInside').map(insideOf),
    ca: list(options, 'registryCa').map(readCertificates),
    mirrors: list(options, 'registryMirror').map((given) => mirror(given, insecure)),
  };
}

const networkForm = /^(?:\*?\.)?[a-z0-9.:[\]-]+(?:\/[0-9]{1,3})?$/i;

function insideOf(given: string): string {
  if (!networkForm.test(given))
    throw new UsageError(`--registry-inside is "${given}"; say a host or a network, such as minio.corp or 10.1.0.0/16`);
  return given.toLowerCase();
}

function hostOf(given: string, flag: string): string {
  if (!hostForm.test(given))
    throw new UsageError(`${flag} is "${given}"; say a host, such as registry.example.com:5000`);
  return given.toLowerCase();
}

/** `docker.io=https://mirror.example`, or the URL alone for Docker Hub. */
function mirror(given: string, insecure: readonly string[]): NonNullable<RegistryOptions['mirrors']>[number] {
  const [, named, address = ''] = /^(?:([^=/]+)=)?(.*)$/.exec(given) ?? [];
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const example = 'say HOST=URL, such as docker.io=https://mirror.example.com';
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new UsageError(`--registry-mirror is no mirror; ${example}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError(
      `--registry-mirror has a login in it, which everybody could read; log in to ${url.host} instead`,
    );
  }
  const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'http:' && !loopback && !insecure.includes(url.host)) {
    throw new UsageError(
      `--registry-mirror ${url.origin} is without TLS; allow that by --insecure-registry ${url.host}`,
    );
  }
  return { host: hostOf(named ?? hub, '--registry-mirror'), url: url.href };
}

function readCertificates(path: string): string {
  let text: string;
  try {
    if (statSync(path).size > maxCertificateBytes) throw new UsageError(`--registry-ca ${path} is too large`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--registry-ca ${path} cannot be read: ${fileReason(error as NodeJS.ErrnoException)}`);
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw new UsageError(`--registry-ca ${path} has no certificate (PEM)`);
  }
  return text;
}
