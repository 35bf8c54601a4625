import { isPackageWord } from '../package-word.ts';

export interface PacmanPackage {
  readonly name: string;
  /** `[epoch:]version-release` */
  readonly version: string;
  readonly arch: string | null;
  /** name of the package base that it was built from */
  readonly base: string;
  readonly licenses: readonly string[];
  /** seconds since 1970, as text */
  readonly built: string | null;
}

export interface PacmanDesc {
  readonly package: PacmanPackage | null;
  /** what is wrong, or null */
  readonly damage: string | null;
}

/** Far more than a package has; a longer list is no list of licences. */
const mostLicenses = 100;

/**
 * Reads `desc` of one package in pacman's local database: sections of a `%NAME%` line, values a line each, and a blank
 * line. The directory carries name and version as well; where both disagree pacman calls the database inconsistent.
 *
 * @param directory name of the directory that holds the file, `NAME-VERSION-RELEASE`
 * @see https://man.archlinux.org/man/alpm-db-desc.5.en
 */
export function parsePacmanDesc(text: string, directory: string): PacmanDesc {
  const sections = readSections(text);
  const named = fromDirectory(directory);
  const stated = (section: string) => sections.get(section)?.[0] ?? null;
  const [name, version] = [stated('NAME'), stated('VERSION')];
  let damage: string | null = null;
  if (!isPackageWord(name)) damage = `${directory} has no readable name`;
  else if (!isPackageWord(version)) damage = `${directory} has no readable version`;
  else if (`${name}-${version}` !== directory) damage = `${directory} says that it is another package`;
  else if (!text.endsWith('\n')) damage = `the description of ${directory} ends in the middle of a line`;
  const known = {
    name: isPackageWord(name) ? name : named?.name,
    version: isPackageWord(version) ? version : named?.version,
  };
  if (known.name === undefined || known.version === undefined) return { package: null, damage };
  const [arch, base, built] = [stated('ARCH'), stated('BASE'), stated('BUILDDATE')];
  return {
    package: {
      name: known.name,
      version: known.version,
      arch: isPackageWord(arch) ? arch : null,
      base: isPackageWord(base) ? base : known.name,
      built: isPackageWord(built) ? built : null,
      licenses: [...new Set((sections.get('LICENSE') ?? []).slice(0, mostLicenses))],
    },
    damage,
  };
}

function readSections(text: string): ReadonlyMap<string, readonly string[]> {
  const sections = new Map<string, string[]>();
  let values: string[] | null = null;
  for (const line of text.split('\n')) {
    if (line === '') values = null;
    else if (values !== null) values.push(line.trimEnd());
    else if (/^%[A-Z\d]{1,40}%$/.test(line)) {
      values = [];
      sections.set(line.slice(1, -1), values);
    }
  }
  return sections;
}

function fromDirectory(directory: string): { readonly name: string; readonly version: string } | null {
  const release = directory.lastIndexOf('-');
  const version = directory.lastIndexOf('-', release - 1);
  return version < 1 || !isPackageWord(directory)
    ? null
    : { name: directory.slice(0, version), version: directory.slice(version + 1) };
}
