import { UsageError } from '../exit.ts';

/** `SCHEME://` of other tools → what `plimsoll scan` calls the same place. */
const schemes: Readonly<Record<string, string>> = {
  file: '',
  docker: 'docker:',
  podman: 'podman:',
  containerd: 'containerd:',
  pull: 'registry:',
};

/** A word before the colon that our own references begin with; in a name of an image it is a name (`docker:27`, `registry:2`). */
const ownPrefix = /^(?:docker-archive|oci-archive|oci-layout|docker|podman|containerd|registry|rootfs|sbom):/;

/**
 * The reference of an image that another tool names.
 *
 * @param place where a name without a scheme is looked for: a prefix of ours, or `''` for every place
 * @throws UsageError for a name that holds what no name can hold
 */
export function imageReference(name: string, place: 'docker:' | 'registry:' | ''): string {
  // what an unquoted or badly cut variable leaves
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name))
    throw new UsageError('the image holds a line break or another control character');
  const [, scheme, rest = ''] = /^([a-z]+):\/\/(.*)$/.exec(name) ?? [];
  if (scheme !== undefined) {
    const prefix = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
    if (prefix === undefined) {
      const known = Object.keys(schemes).map((each) => `${each}://`);
      throw new UsageError(
        `images of ${scheme}:// cannot be read; say ${known.slice(0, -1).join(', ')} or ${known.at(-1)}`,
      );
    }
    if (rest === '') throw new UsageError(`the image names nothing behind ${scheme}://`);
    if (prefix === '') return `file://${rest}`;
    return `${prefix}${spaceless(rest)}`;
  }
  if (place !== '') return `${place}${spaceless(name)}`;
  return ownPrefix.test(name) ? `docker.io/library/${name}` : name;
}

/** The host of the registry that a name leads to, as references have it. */
export function registryHost(image: string): string {
  const name = image.replace(/^[a-z]+:\/\//, '');
  const [first = '', ...rest] = name.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io';
}

function spaceless(name: string): string {
  if (/\s/.test(name)) throw new UsageError('the image holds a space: no name of an image does');
  return name;
}
