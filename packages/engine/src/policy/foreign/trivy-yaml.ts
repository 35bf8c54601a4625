import type { Node } from 'yaml';
import { bareException, type Exception, isWild } from '../exception.ts';
import { knownPurl } from '../purl-match.ts';
import { notHonoured, pathPattern, vulnerabilityEntry } from './foreign-entry.ts';
import type { ForeignFormat } from './foreign-format.ts';
import { ForeignYaml } from './foreign-yaml.ts';

const sections = ['vulnerabilities', 'misconfigurations', 'secrets', 'licenses'] as const;

/** Paths × package URLs of one entry. */
const maxCombinations = 200;

/**
 * `.trivyignore.yaml`.
 *
 * @see https://trivy.dev/latest/docs/configuration/filtering/#trivyignoreyaml
 */
export const trivyYaml: ForeignFormat = {
  name: 'trivyignore-yaml',
  of: 'Trivy',
  isNamed: (name) => /\.?trivyignore\.ya?ml$/.test(name),
  looksLike: (text) => /^(?:vulnerabilities|misconfigurations|secrets|licenses):\s*(?:#.*)?$/m.test(text),
  read(text, source) {
    const yaml = new ForeignYaml(text, source);
    const root = yaml.root();
    const entries = sections.flatMap((section) =>
      yaml.list(root.get(section), section).flatMap((node) => entriesOf(yaml, section, node)),
    );
    yaml.finish();
    return entries;
  },
};

function entriesOf(yaml: ForeignYaml, section: (typeof sections)[number], node: Node): readonly Exception[] {
  const fields = yaml.fields(node, `an entry of ${section}`);
  const id = yaml.text(fields.get('id'), 'id');
  if (id === null) {
    yaml.reader.problem(node, `the entry of ${section} has no "id"`);
    return [];
  }
  const more = {
    reason: yaml.text(fields.get('statement'), 'statement'),
    expires: yaml.end(fields.get('expired_at'), 'expired_at'),
  };
  const place = yaml.place(node);
  const texts = (field: string) =>
    yaml.list(fields.get(field), field).map((each) => yaml.text(each, `an entry of ${field}`) ?? '');
  const [paths, purls] = [texts('paths'), texts('purls')];
  if (section === 'misconfigurations' || section === 'licenses') {
    const entry = { ...bareException(id, place), ...more };
    return [notHonoured(entry, `${section} have other ids here; name the rule, as this report shows it`)];
  }
  const kinds = [section === 'secrets' ? ('secret' as const) : ('vulnerability' as const)];
  const entry = vulnerabilityEntry(id, place, { ...more, kinds });
  if (paths.length * purls.length > maxCombinations) return [notHonoured(entry, 'it has too many paths and packages')];
  const places = paths.length === 0 ? [null] : paths.map(absolute);
  return (purls.length === 0 ? [null] : purls).flatMap((purl) =>
    places.map((path) => {
      const one = { ...entry, path, package: purl };
      if (path === '') return notHonoured({ ...one, path: null }, 'a path holds sets or alternatives');
      return purl !== null && (isWild(purl.split('?')[0] ?? '') || knownPurl(purl) === null)
        ? notHonoured({ ...one, package: null }, `"${purl}" is no package URL`)
        : one;
    }),
  );
}

/** Relative to the root of the image; empty where it cannot be said. */
function absolute(path: string): string {
  return pathPattern(/^(?:\/|\*\*)/.test(path) ? path : `/${path}`) ?? '';
}
