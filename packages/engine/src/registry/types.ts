import type { LookupFunction } from 'node:net';
import type { AddressKind } from './hosts.ts';

/** How registries are reached. Credentials are never among it: they come from files, helpers and the environment. */
export interface RegistryOptions {
  /** variables that name credentials, certificates and proxies; default none */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** certificates (PEM) of authorities that count beside Node's own */
  readonly ca?: readonly string[] | undefined;
  /** folders with a folder for each host (`certs.d`); default those of Docker and Podman */
  readonly certificateFolders?: readonly string[] | undefined;
  /** hosts, in small letters, that may do without TLS or with a certificate that nobody knows: `r.example:5000` */
  readonly insecure?: readonly string[] | undefined;
  /** asked before a host itself, in this order; what lies behind the host of a URL stands before the image's name */
  readonly mirrors?: readonly { readonly host: string; readonly url: string }[] | undefined;
  /** hosts, names with what is below them and networks, as `NO_PROXY` has them, to which any registry may lead */
  readonly inside?: readonly string[] | undefined;
  /** how names are looked up, and what an address is; tests have whole networks on one machine */
  readonly network?: { readonly lookup: LookupFunction; kindOf(host: string): AddressKind | null } | undefined;
  /** without a byte for this long a connection is given up, ms */
  readonly idleTimeoutMs?: number | undefined;
  /** before the second attempt, ms; each further one waits twice as long */
  readonly retryDelayMs?: number | undefined;
}
