import { type Executable, executableReader } from '../binary/executable.ts';
import { builtInto } from '../binary/installed-executable.ts';
import { type CatalogContext, type Cataloger, type Catalogued, type ParsedFile, parsed } from '../cataloger.ts';
import { buildPurl } from '../purl.ts';
import type { Distro, Package } from '../types.ts';
import { type PackageNote, readPackageNote } from './package-note.ts';

/** Executables of a distro's package that stand in an image without it: their package notes say what they are. */
export const packageNotes: Cataloger<PackageNote> = {
  name: 'package-notes',
  version: 1,
  finds: 'language',
  ...executableReader(inspect),
  assemble,
};

function inspect(_path: string, executable: Executable): ParsedFile<PackageNote> | null {
  const note = readPackageNote(executable);
  return note === null ? null : parsed(note);
}

/** Types of notes, and how packages of that kind are called here. */
const types: Readonly<Record<string, string>> = { deb: 'deb', rpm: 'rpm', apk: 'apk', alpm: 'alpm', pacman: 'alpm' };

/** Only where no package owns the file: what is installed is listed from the package database. */
function assemble(context: CatalogContext<PackageNote>): Catalogued {
  const unowned = builtInto(context, 'generic', (note) => [partOf(note, context.distro)]);
  const notes = new Map(context.files.map(({ path, facts }) => [`/${path}`, facts]));
  return {
    packages: [],
    unowned: unowned.map((each): Package => {
      const note = notes.get(each.locations[0]!.path)!;
      return { ...each, type: typeOf(note, context.distro), arch: note.architecture };
    }),
  };
}

/** A package of another distro than the image's must not be judged as one of the image's. */
function typeOf({ type, os }: PackageNote, distro: Distro | null): string {
  const known = types[type];
  return known !== undefined && (distro === null || distro.id === os) ? known : 'generic';
}

function partOf(note: PackageNote, distro: Distro | null) {
  const { name, version, architecture, os, osVersion } = note;
  const type = typeOf(note, distro);
  const qualifiers = { arch: architecture, distro: os && [os, osVersion].filter(Boolean).join('-') };
  const purl = buildPurl({ type, namespace: type === 'generic' ? null : os, name, version, qualifiers });
  return { name, version, purl };
}
