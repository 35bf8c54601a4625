import { type Authorization, authorization } from './authorization.ts';
import { Connections } from './connections.ts';
import { findCredentials } from './credentials.ts';
import { fallbackClient } from './fallback-client.ts';
import { type ReferringClient, type RegistryPlace, registryClient } from './registry-client.ts';
import { dockerHub, type RegistryReference } from './registry-reference.ts';
import type { RegistryOptions } from './types.ts';

/** Where a host's registry is asked; without a scheme it is tried out whether it speaks TLS. */
export function addressOf(host: string): string {
  return host === dockerHub ? 'https://registry-1.docker.io' : host;
}

export interface OpenRegistry {
  readonly client: ReferringClient;
  close(): Promise<void>;
}

/** What reads one repository: of the mirrors of its registry, then of itself. */
export function openRegistry(
  reference: RegistryReference,
  options: RegistryOptions,
  maxManifestBytes: number,
): OpenRegistry {
  const places = placesOf(reference, options);
  const connections = new Connections(options);
  const client = fallbackClient(
    places.map((place) => registryClient(place, connections, letIn(place, connections, options), maxManifestBytes)),
  );
  return { client, close: () => connections.close() };
}

/** Attempts at a mirror: the registry itself stands behind it. */
const mirrorAttempts = 2;

/** The mirrors of a registry, and then itself. */
function placesOf(
  { host, repository }: RegistryReference,
  { mirrors = [] }: RegistryOptions,
): readonly RegistryPlace[] {
  const own: RegistryPlace = {
    host,
    named: `the registry ${host}`,
    address: addressOf(host),
    repository,
  };
  const before = mirrors.filter((mirror) => mirror.host === host.toLowerCase());
  return [
    ...before.map(({ url }): RegistryPlace => {
      const { origin, host: at, pathname } = new URL(url);
      const above = pathname.split('/').filter(Boolean);
      return {
        host: at,
        named: `the mirror ${at}`,
        address: origin,
        repository: [...above, repository].join('/'),
        attempts: mirrorAttempts,
      };
    }),
    own,
  ];
}

function letIn({ host, repository }: RegistryPlace, connections: Connections, options: RegistryOptions): Authorization {
  const environment = options.environment ?? {};
  return authorization({
    host,
    repository,
    connections,
    credentials: (signal) => findCredentials(host, repository, environment, signal),
    plainHttpAllowed: (realm) => connections.plainHttpAllowed(host) && connections.plainHttpAllowed(realm.host),
  });
}
