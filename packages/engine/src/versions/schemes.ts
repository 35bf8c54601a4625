import { alpmScheme } from './alpm/alpm-scheme.ts';
import { apkScheme } from './apk/apk-scheme.ts';
import { bitnamiScheme } from './bitnami/bitnami-scheme.ts';
import { conanScheme } from './conan/conan-scheme.ts';
import { cranScheme } from './cran/cran-scheme.ts';
import { debScheme } from './deb/deb-scheme.ts';
import { genericScheme } from './generic/generic-scheme.ts';
import { gentooScheme } from './gentoo/gentoo-scheme.ts';
import { hackageScheme } from './hackage/hackage-scheme.ts';
import { mavenScheme } from './maven/maven-scheme.ts';
import { npmScheme } from './npm/npm-scheme.ts';
import { nugetScheme } from './nuget/nuget-scheme.ts';
import { opensslScheme } from './openssl/openssl-scheme.ts';
import { packagistScheme } from './packagist/packagist-scheme.ts';
import { pubScheme } from './pub/pub-scheme.ts';
import { pypiScheme } from './pypi/pypi-scheme.ts';
import { rpmScheme } from './rpm/rpm-scheme.ts';
import { rubygemsScheme } from './rubygems/rubygems-scheme.ts';
import type { VersionScheme } from './scheme.ts';
import { semverScheme } from './semver/semver-scheme.ts';
import { datetimeScheme } from './vers/datetime-scheme.ts';
import { intdotScheme } from './vers/intdot-scheme.ts';
import { lexicographicScheme } from './vers/lexicographic-scheme.ts';

/** Every scheme that versions can be compared in. A new one is a folder beside these and a line here. */
export const schemes: readonly VersionScheme[] = [
  alpmScheme,
  apkScheme,
  bitnamiScheme,
  conanScheme,
  cranScheme,
  datetimeScheme,
  debScheme,
  genericScheme,
  gentooScheme,
  hackageScheme,
  intdotScheme,
  lexicographicScheme,
  mavenScheme,
  npmScheme,
  nugetScheme,
  opensslScheme,
  packagistScheme,
  pubScheme,
  pypiScheme,
  rpmScheme,
  rubygemsScheme,
  semverScheme,
];

const byName: ReadonlyMap<string, VersionScheme> = new Map(schemes.map((scheme) => [scheme.name, scheme]));

/** @returns undefined where there is no comparator: such versions are not comparable, never equal or safe */
export function findScheme(name: string): VersionScheme | undefined {
  return byName.get(name);
}
