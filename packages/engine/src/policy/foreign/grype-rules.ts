import type { Node } from 'yaml';
import type { FixState } from '../../matching/types.ts';
import { bareException, type Exception, isWild } from '../exception.ts';
import { notHonoured, pathPattern } from './foreign-entry.ts';
import type { ForeignFormat } from './foreign-format.ts';
import { ForeignYaml } from './foreign-yaml.ts';

/**
 * The `ignore` rules of a Grype configuration.
 *
 * @see https://github.com/anchore/grype#specifying-matches-to-ignore
 */
export const grypeRules: ForeignFormat = {
  name: 'grype',
  of: 'Grype',
  isNamed: (name) => /^\.?grype\.ya?ml$/.test(name),
  looksLike: (text) => /^ignore:\s*(?:#.*)?\n(?:\s*(?:#.*)?\n)*\s*-\s/m.test(text),
  read(text, source) {
    const yaml = new ForeignYaml(text, source);
    const rules = yaml.list(yaml.root().get('ignore'), 'ignore').map((node) => ruleOf(yaml, node));
    yaml.finish();
    return rules;
  },
};

const fixStates: Readonly<Record<string, FixState>> = {
  fixed: 'fixed',
  'not-fixed': 'not-fixed',
  'wont-fix': 'will-not-fix',
  unknown: 'unknown',
};

/** Types and languages of Syft → purl type. */
const types: Readonly<Record<string, string>> = {
  apk: 'apk',
  deb: 'deb',
  rpm: 'rpm',
  alpm: 'alpm',
  npm: 'npm',
  javascript: 'npm',
  python: 'pypi',
  gem: 'gem',
  ruby: 'gem',
  'go-module': 'golang',
  go: 'golang',
  'rust-crate': 'cargo',
  rust: 'cargo',
  'java-archive': 'maven',
  java: 'maven',
  'php-composer': 'composer',
  php: 'composer',
  dotnet: 'nuget',
  'dart-pub': 'pub',
  dart: 'pub',
  conda: 'conda',
  hex: 'hex',
  R: 'cran',
  'R-package': 'cran',
  binary: 'generic',
};

const known = ['vulnerability', 'include-aliases', 'reason', 'fix-state', 'package'];
const knownOfPackage = ['name', 'version', 'language', 'type', 'location'];

function ruleOf(yaml: ForeignYaml, node: Node): Exception {
  const fields = yaml.fields(node, 'a rule');
  const text = (from: ReadonlyMap<string, Node>, field: string) => yaml.text(from.get(field), field);
  const id = text(fields, 'vulnerability');
  const pkg = yaml.fields(fields.get('package'), 'package');
  const reason = text(fields, 'reason');
  const entry: Exception = { ...bareException(id ?? '*', yaml.place(node)), kinds: ['vulnerability'], reason };
  const said = [...fields].filter(([, at]) => !yaml.reader.isEmpty(at)).map(([field]) => field);
  const saidOfPackage = [...pkg].filter(([, at]) => !yaml.reader.isEmpty(at)).map(([field]) => field);
  const unknown = [
    ...said.filter((field) => !known.includes(field)),
    ...saidOfPackage.filter((field) => !knownOfPackage.includes(field)).map((field) => `package.${field}`),
  ];
  if (unknown.length > 0) return notHonoured(entry, `nothing here is like its ${unknown.join(', ')}`);
  if (id !== null && isWild(id)) return notHonoured(entry, `"${id}" holds * or ?, which the tool takes as they are`);
  const [name, version, location] = [text(pkg, 'name'), text(pkg, 'version'), text(pkg, 'location')];
  const asked = [...new Set([text(pkg, 'type'), text(pkg, 'language')].filter((word) => word !== null))];
  const fix = text(fields, 'fix-state');
  if (id === null && name === null && version === null && location === null && asked.length === 0 && fix === null) {
    return notHonoured(entry, 'it names nothing');
  }
  const glob = name === null ? null : nameGlob(name);
  if (glob === undefined) return notHonoured(entry, `the regular expression "${name}" is more than a name and .*`);
  if (version !== null && isWild(version)) return notHonoured(entry, `"${version}" is no version`);
  const path = location === null ? null : pathPattern(location);
  if (location !== null && path === null) return notHonoured(entry, `"${location}" holds sets or alternatives`);
  const strange = asked.find((word) => !Object.hasOwn(types, word));
  const meant = [...new Set(asked.map((word) => types[word]))];
  if (strange !== undefined || meant.length > 1) return notHonoured(entry, `no type here is ${asked.join(' and ')}`);
  if (fix !== null && !Object.hasOwn(fixStates, fix)) return notHonoured(entry, `"${fix}" is no state of a fix`);
  return {
    ...entry,
    package: glob,
    version,
    path,
    type: meant[0] ?? null,
    fix: fix === null ? null : [fixStates[fix]!],
  };
}

/** A regular expression of names as a glob; undefined where a glob cannot say it. A dot in a name is meant as one. */
function nameGlob(expression: string): string | undefined {
  const body = expression.replace(/^\^/, '').replace(/\$$/, '').replaceAll('.*', '*').replaceAll('\\.', '.');
  return /^[\w@/:.*-]+$/.test(body) ? body : undefined;
}
