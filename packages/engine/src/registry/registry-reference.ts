import { ImageError } from './error.ts';

/** An image of a registry, with the defaults filled in. */
export interface RegistryReference {
  /** as it stands in references: `docker.io`, `registry.example.com:5000`, `[::1]:5000` */
  readonly host: string;
  /** `library/nginx` */
  readonly repository: string;
  /** null where only a digest is given */
  readonly tag: string | null;
  /** `sha256:…`; what counts where there is one */
  readonly digest: string | null;
}

export const dockerHub = 'docker.io';

const maxReferenceLength = 1024;
/** as distribution has it, host included */
const maxNameLength = 255;

const hostForm =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/;
const repositoryForm = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagForm = /^\w[\w.-]{0,127}$/;
const digestForm = /^sha256:[0-9a-f]{64}$/;

/**
 * `nginx`, `nginx:1.25`, `team/app@sha256:…`, `registry.example.com:5000/team/app:1.0@sha256:…`, `[::1]:5000/app`: as Docker
 * reads them. What stands before the first slash is a host when it has a dot, a colon or a capital, or is `localhost`.
 *
 * @throws ImageError `NOT_FOUND` for what is no reference: no registry has it
 * @see https://github.com/distribution/reference
 */
export function parseRegistryReference(text: string): RegistryReference {
  // a password does not belong here, and not into a log
  const login = /^(?:[a-z]+:\/\/)?[^/@]*:[^/@]*@(?=[^/]*\/)/i.exec(text)?.[0];
  const shown = (login === undefined ? text : `***@${text.slice(login.length)}`).slice(0, 200);
  const wrong = (why: string) =>
    new ImageError('NOT_FOUND', `${JSON.stringify(shown)} is not the name of an image: ${why}`);
  if (login !== undefined) {
    throw wrong('a login has no place in it; log in by docker login, podman login or the environment');
  }
  if (text.length > maxReferenceLength) {
    throw wrong(`longer than ${maxReferenceLength} characters`);
  }
  const at = text.indexOf('@');
  const digest = at < 0 ? null : text.slice(at + 1);
  const named = at < 0 ? text : text.slice(0, at);
  // a colon behind the last slash begins the tag, one before it a port
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const tag = colon < 0 ? null : named.slice(colon + 1);
  const { host, repository } = splitHost(colon < 0 ? named : named.slice(0, colon));
  if (named === '' || repository === '') {
    throw wrong('it has no name');
  }
  if (!hostForm.test(host) || !isPort(host)) {
    throw wrong(`${JSON.stringify(host)} is no host`);
  }
  if (/[A-Z]/.test(repository)) {
    throw wrong('names are written in small letters');
  }
  if (!repositoryForm.test(repository)) {
    throw wrong('a name has small letters, digits and single separators (. _ - /)');
  }
  if (host.length + 1 + repository.length > maxNameLength) {
    throw wrong(`a name has at most ${maxNameLength} characters`);
  }
  if (/^[0-9a-f]{64}$/.test(text)) {
    throw wrong('64 hexadecimal digits are the ID of an image, which registries do not know');
  }
  if (tag !== null && !tagForm.test(tag)) {
    throw wrong('a tag has letters, digits, dots and dashes, at most 128');
  }
  if (digest !== null && !digestForm.test(digest)) {
    throw wrong('a digest is sha256: and 64 hexadecimal digits');
  }
  return { host, repository, tag: tag ?? (digest === null ? 'latest' : null), digest };
}

function splitHost(name: string): { readonly host: string; readonly repository: string } {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isHost = /[.:A-Z]/.test(first) || first === 'localhost';
  const host = isHost && first !== 'index.docker.io' ? first : dockerHub;
  const rest = isHost ? name.slice(slash + 1) : name;
  return { host, repository: host === dockerHub && rest !== '' && !rest.includes('/') ? `library/${rest}` : rest };
}

function isPort(host: string): boolean {
  const port = /:([0-9]+)$/.exec(host.replace(/^\[[^\]]*\]/, ''))?.[1];
  return port === undefined || (Number(port) > 0 && Number(port) <= 65_535);
}

/** As the engine names it: `nginx:1.25`, `team/app@sha256:…`. With a digest the tag is a claim that nobody checks. */
export function familiarName({ host, repository, tag, digest }: RegistryReference): string {
  const name = host === dockerHub ? repository.replace(/^library\//, '') : `${host}/${repository}`;
  return digest === null ? `${name}:${tag}` : `${name}@${digest}`;
}
