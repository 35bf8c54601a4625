import { matchesGlob } from './glob.ts';
import type { PolicySubject } from './types.ts';

const sourcePrefix =
  /^(?:docker-archive|oci-archive|oci-layout|docker|podman|containerd|registry|rootfs|sbom):(?!\d+\/)/;

/**
 * Whether a pattern names the image: by any of its names, as written, in full (`docker.io/library/nginx:1.25`) or short
 * (`nginx:1.25`), or by a digest. A pattern without tag and digest (`registry:5000/app`; that colon is a port's) names
 * every tag.
 */
export function matchesImage(pattern: string, image: PolicySubject['image']): boolean {
  const { reference } = image;
  const names = [...(isFile(reference) ? [] : [reference, reference.replace(sourcePrefix, '')]), ...image.names];
  // a file is named as it is written: it is no image of Docker Hub that has the name of a file
  const candidates = new Set<string>([reference, reference.replace(sourcePrefix, '')]);
  for (const digest of [image.digest, image.id]) if (digest !== null) candidates.add(digest);
  for (const name of names) for (const form of forms(name)) candidates.add(form);
  for (const candidate of candidates) if (matchesGlob(candidate, pattern)) return true;
  return false;
}

function isFile(reference: string): boolean {
  return /^(?:docker-archive|oci-archive|oci-layout|rootfs|sbom|file):|^[./~]|\.(?:tar|tgz|json)\b|\/\//.test(
    reference,
  );
}

/** Registry, repository and tag of the reference, else of the first name; all "" for what has no name. */
export function imageName({ reference, names }: PolicySubject['image']): {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
} {
  const named = isFile(reference) ? names[0] : reference.replace(sourcePrefix, '');
  if (named === undefined || /^[0-9a-f]{12,64}$/.test(named)) return { registry: '', repository: '', tag: '' };
  const { repository: name, suffix } = splitName(named);
  const full = fullName(name);
  const slash = full.indexOf('/');
  const tag = /^:([^@]+)/.exec(suffix)?.[1] ?? (suffix === '' ? 'latest' : '');
  return { registry: full.slice(0, slash), repository: full.slice(slash + 1), tag };
}

function forms(name: string): readonly string[] {
  const { repository, suffix } = splitName(name);
  const full = fullName(repository);
  const short = full.replace(/^docker\.io\/(?:library\/)?/, '');
  return [repository, full, short].flatMap((each) => [
    each,
    `${each}${suffix === '' ? ':latest' : suffix}`,
    `${each}${suffix}`,
  ]);
}

/** A colon after the last slash begins the tag; one before it, the port. */
function splitName(name: string): { readonly repository: string; readonly suffix: string } {
  const at = name.indexOf('@');
  const end = at < 0 ? name.length : at;
  const colon = name.lastIndexOf(':', end - 1);
  const tag = colon > name.lastIndexOf('/', end - 1) ? colon : end;
  return { repository: name.slice(0, tag), suffix: name.slice(tag) };
}

/** @see https://github.com/distribution/reference (familiar names) */
function fullName(repository: string): string {
  const slash = repository.indexOf('/');
  if (slash < 0) return `docker.io/library/${repository}`;
  const first = repository.slice(0, slash);
  const isHost = first.includes('.') || first.includes(':') || first === 'localhost';
  return isHost || first === '' ? repository : `docker.io/${repository}`;
}
