import { baseName } from '../file-pattern.ts';
import { type Coordinates, isFilledIn } from './coordinates.ts';
import type { JavaManifest } from './java-manifest.ts';
import { knownArtifact } from './known-groups.ts';

/**
 * Names an archive without a usable `pom.properties` by its manifest and its file name. Where Maven put it into a
 * repository or an application, the file is called `ARTIFACT-VERSION.jar`, so the file name comes first; the manifest
 * has the group, and what a renamed file does not say. Null without a version: a name alone says nothing that could be
 * judged.
 *
 * @param path of the archive
 * @param manifest empty where there is none
 */
export function nameArchive(path: string, manifest: JavaManifest): Coordinates | null {
  const file = withDash(baseName(path).replace(/\.[^.]*$/, ''));
  const gradle = gradleTitle(manifest);
  if (gradle !== null) return gradle;
  const plugin = jenkinsPlugin(manifest);
  if (plugin !== null) return plugin;
  const version = versionOf(file, manifest);
  if (version === null) return null;
  const artifact = artifactOf(file, version, manifest);
  if (artifact === null) return null;
  const known = knownArtifact(artifact, version);
  if (known !== null) return { ...known, version };
  return { group: groupOf(artifact, manifest), artifact, version };
}

/** Bundles of OSGi are called `org.eclipse.core.runtime_3.7.0.v20110110`, with their symbolic name. */
function withDash(file: string): string {
  const at = file.search(/_\d+\.\d+\.\d/);
  return isDomain(file.slice(0, Math.max(at, 0))) ? `${file.slice(0, at)}-${file.slice(at + 1)}` : file;
}

const oldestVersionKeys = ['implementation-version', 'bundle-version', 'specification-version'] as const;

function versionOf(file: string, manifest: JavaManifest): string | null {
  const stated = oldestVersionKeys.map((key) => versionWord(manifest.get(key))).filter((each) => each !== null);
  const agreed = stated.find((version) => file.endsWith(`-${version}`));
  return agreed ?? versionOfFile(file) ?? stated[0] ?? null;
}

/** The first word of an attribute: builds add dates and revisions, `1.0 (private-07/09/2020)`, `10.14 - (1828579)`. */
function versionWord(value: string | undefined): string | null {
  const word = /^[vV]?(\d[\w.+~-]{0,127})(?=$|[\s;,(])/.exec(value?.trim() ?? '')?.[1] ?? null;
  return isFilledIn(word) ? word : null;
}

/** What stands behind a version in file names without being part of it. */
const classifier =
  /-(?:all|shaded|uber|fat|no_aop|exec|boot|plain|standalone|bundle|jakarta|tests?|jar-with-dependencies|linux.{0,32}|osx.{0,32}|windows.{0,32}|natives.{0,32})$/;

function versionOfFile(file: string): string | null {
  const version = /-(\d[\w.+~-]*)$/.exec(file.slice(startOfVersion(file)))?.[1] ?? null;
  return version === null || version.endsWith('.x') ? null : version.replace(classifier, '');
}

/** The place of the first `-` before a digit that begins a number with a dot, or of the last one before a plain number. */
function startOfVersion(file: string): number {
  const dotted = file.search(/-\d+[._]/);
  return dotted >= 0 ? dotted : Math.max(file.lastIndexOf('-'), 0);
}

function artifactOf(file: string, version: string, manifest: JavaManifest): string | null {
  const at = file.indexOf(`-${version}`);
  const named = at > 0 ? file.slice(0, at) : null;
  if (named !== null && isId(named)) return named;
  // an application calls its archives what it likes: app.jar
  const title = [manifest.get('implementation-title'), manifest.get('bundle-name')].find(
    (each) => each !== undefined && isId(each) && each.includes('-'),
  );
  return knownArtifact(file, version) === null && title !== undefined ? title : isId(file) ? file : null;
}

function groupOf(artifact: string, manifest: JavaManifest): string | null {
  const bundle = manifest.get('bundle-symbolicname')?.split(';')[0]?.trim() ?? null;
  const stated = [manifest.get('group-id'), manifest.get('implementation-vendor-id')].find(
    (each) => isDomain(each) && each.split('.').length > 2,
  );
  if (stated !== undefined) return stated;
  for (const name of [bundle, manifest.get('automatic-module-name')]) {
    const group = isDomain(name) ? groupWithin(name, artifact) : null;
    if (group !== null) return group;
  }
  const vendor = manifest.get('implementation-vendor-id');
  return isDomain(vendor) && !umbrellas.has(vendor) ? vendor : null;
}

/** Names of organisations that have no artifacts under that name alone. */
const umbrellas: ReadonlySet<string> = new Set(['org.apache', 'com.sun', 'org.eclipse', 'com.google', 'org.codehaus']);

/** Undoes how Maven makes the name of a bundle: group, and behind it what of the artifact the group does not say yet. */
function groupWithin(name: string, artifact: string): string | null {
  const parts = name.split('.');
  if (name.endsWith(`.${artifact}`)) {
    const group = name.slice(0, -artifact.length - 1);
    return group.includes('.') && !umbrellas.has(group) ? group : name;
  }
  for (let count = parts.length - 1; count >= 2; count -= 1) {
    const rest = parts.slice(count).join('.');
    if (artifact === `${parts[count - 1]}-${rest}` || artifact === `${parts[count - 1]}.${rest}`) {
      return parts.slice(0, count).join('.');
    }
  }
  return null;
}

/** Micrometer and others: `io.micrometer#micrometer-core;1.9.0`. */
function gradleTitle(manifest: JavaManifest): Coordinates | null {
  const [, group, artifact, version] =
    /^([\w.-]{1,200})#([\w.-]{1,200});([\w.+-]{1,100})$/.exec(manifest.get('implementation-title') ?? '') ?? [];
  return isFilledIn(group) && isFilledIn(artifact) && isFilledIn(version) ? { group, artifact, version } : null;
}

/** @see https://www.jenkins.io/doc/developer/plugin-development/ */
function jenkinsPlugin(manifest: JavaManifest): Coordinates | null {
  const artifact = manifest.get('short-name') ?? manifest.get('extension-name');
  const version = versionWord(manifest.get('plugin-version'));
  if (!isFilledIn(artifact) || !isId(artifact) || version === null) return null;
  const group = manifest.get('group-id');
  return { group: isFilledIn(group) ? group : 'org.jenkins-ci.plugins', artifact, version };
}

function isId(text: string): boolean {
  return text.length <= 200 && /^[A-Za-z0-9][\w.+-]*$/.test(text);
}

function isDomain(text: string | null | undefined): text is string {
  return typeof text === 'string' && text.length <= 200 && /^[a-z][\w-]*(?:\.[A-Za-z_][\w-]*)+$/.test(text);
}
