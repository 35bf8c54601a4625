import { PolicyError } from '../error.ts';
import { bareException, type Exception, isWild } from '../exception.ts';
import { lastWholeDay, notHonoured, vulnerabilityEntry } from './foreign-entry.ts';
import type { ForeignFormat } from './foreign-format.ts';
import { isObject, type JsonObject, objects, parseJson, textIn } from './foreign-json.ts';

/**
 * The whitelists (allowlists) of a policy bundle of Anchore Engine or Enterprise, each for the images that its mappings name.
 * Mappings go in order, the first that names an image counts: what an earlier one names is left out of the later.
 *
 * @see https://docs.anchore.com/current/docs/overview/concepts/policy/bundles/
 */
export const anchoreBundle: ForeignFormat = {
  name: 'anchore',
  of: 'Anchore',
  isNamed: () => false,
  looksLike: (text) => /^\s*\{/.test(text) && /"(?:whitelists|allowlists)"/.test(text) && /"mappings"/.test(text),
  read(text, source) {
    const root = parseJson(text, source);
    if (!isObject(root)) throw new PolicyError('EXCEPTIONS_INVALID', [`${source}: there is no policy bundle`]);
    const problems: string[] = [];
    const lists = listIn(root, root.whitelists === undefined ? 'allowlists' : 'whitelists', source, problems);
    const mappings = listIn(root, 'mappings', source, problems).map(mappingOf);
    const entries = lists.flatMap((list) => {
      const id = textIn(list, 'id') ?? textIn(list, 'name') ?? '';
      const scopes = mappings.flatMap(({ lists: used, image }, at) =>
        used.includes(id) ? [{ image, before: mappings.slice(0, at).map((mapping) => mapping.image) }] : [],
      );
      return listIn(list, 'items', `${source}#${id}`, problems).flatMap((item, index) =>
        entriesOf(item, scopes, `${source}#${id}[${index + 1}]`, problems),
      );
    });
    if (problems.length > 0) throw new PolicyError('EXCEPTIONS_INVALID', problems.slice(0, 50));
    return [...entries, ...images(root, source)];
  },
};

/** What is there and no list would be exceptions that are passed over. */
function listIn(value: JsonObject, field: string, source: string, problems: string[]): readonly JsonObject[] {
  const list = value[field];
  if (list !== undefined && list !== null && !Array.isArray(list)) problems.push(`${source}: "${field}" is no list`);
  return objects(list);
}

interface Mapping {
  readonly lists: readonly string[];
  /** `*`: every image; null: cannot be said as a pattern */
  readonly image: string | null;
}

interface Scope {
  readonly image: string | null;
  readonly before: readonly (string | null)[];
}

function mappingOf(mapping: JsonObject): Mapping {
  const lists = mapping.whitelist_ids ?? mapping.allowlist_ids;
  return {
    lists: Array.isArray(lists) ? lists.filter((id) => typeof id === 'string') : [],
    image: imagePattern(mapping),
  };
}

function imagePattern(mapping: JsonObject): string | null {
  const registry = textIn(mapping, 'registry') ?? '*';
  const repository = textIn(mapping, 'repository') ?? '*';
  const image = isObject(mapping.image) ? mapping.image : {};
  const value = textIn(image, 'value') ?? '*';
  const whole = `${registry}${repository}${value}`;
  if (/[?[\]]/.test(whole)) return null;
  switch (textIn(image, 'type') ?? 'tag') {
    case 'tag':
      if (registry === '*') return repository === '*' && value === '*' ? '*' : null;
      return registry.includes('*') ? null : `${registry}/${repository}:${value}`;
    case 'digest':
      return registry === '*' && repository === '*' && !value.includes('*') ? value : null;
    case 'id':
      return /^[0-9a-f]{64}$/.test(value) ? `sha256:${value}` : null;
    default:
      return null;
  }
}

function entriesOf(
  item: JsonObject,
  scopes: readonly Scope[],
  place: string,
  problems: string[],
): readonly Exception[] {
  const trigger = textIn(item, 'trigger_id') ?? '';
  const gate = textIn(item, 'gate') ?? '';
  const end = textIn(item, 'expires_on');
  const expires = end === null ? null : lastWholeDay(end);
  if (end !== null && expires === null) problems.push(`${place}: expires_on is "${end}", which is no date`);
  const plus = trigger.indexOf('+');
  const [id, name] = plus < 0 ? [trigger, '*'] : [trigger.slice(0, plus), trigger.slice(plus + 1)];
  const reason = textIn(item, 'description');
  const entry = vulnerabilityEntry(id, place, { expires, reason, package: name === '*' ? null : name });
  if (gate !== 'vulnerabilities' && gate !== 'anchoresec') {
    return [
      notHonoured({ ...bareException(trigger, place), expires, reason }, `ids of the gate ${gate} are Anchore's own`),
    ];
  }
  if (name === '' || /[*?[\]]/.test(name.replace(/^\*$/, '')))
    return [notHonoured(entry, `"${trigger}" names no package`)];
  if (scopes.length === 0) return [notHonoured(entry, 'no mapping uses its list')];
  return scopes.map(({ image, before }) => {
    const hidden = before.filter((each) => each !== null);
    if (image === null || hidden.length < before.length) {
      return notHonoured(entry, 'its mapping, or one before it, cannot be said as a pattern of images');
    }
    if (hidden.includes('*')) return notHonoured(entry, 'a mapping before its own is for every image');
    return { ...entry, images: image === '*' ? null : [image], notImages: hidden };
  });
}

/** Images that are let through, or not, whatever is in them: no exception lets an image through unjudged. */
function images(root: JsonObject, source: string): readonly Exception[] {
  const kinds = ['whitelisted_images', 'allowlisted_images', 'blacklisted_images', 'denylisted_images'];
  return kinds.flatMap((kind) =>
    objects(root[kind]).map((entry, index) => {
      const name = textIn(entry, 'name') ?? kind;
      const id = isWild(name) ? kind : name;
      return notHonoured(bareException(id, `${source}#${kind}[${index + 1}]`), 'an image is judged by what is in it');
    }),
  );
}
