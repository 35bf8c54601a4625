import { type Executable, executableReader } from '../binary/executable.ts';
import { builtInto } from '../binary/installed-executable.ts';
import { type CatalogContext, type Cataloger, type Catalogued, type ParsedFile, parsed } from '../cataloger.ts';
import { buildPurl } from '../purl.ts';
import { type Crate, readAuditable } from './auditable.ts';

export interface RustFacts {
  readonly crates: readonly Crate[];
}

/** Crates of Rust binaries that were built with `cargo auditable`. */
export const rust: Cataloger<RustFacts> = {
  name: 'rust',
  version: 2,
  finds: 'language',
  ...executableReader(inspect),
  assemble,
};

function inspect(_path: string, executable: Executable): ParsedFile<RustFacts> | null {
  const crates = readAuditable(executable);
  return crates === null || crates.length === 0 ? null : parsed({ crates });
}

function assemble(context: CatalogContext<RustFacts>): Catalogued {
  const withPurl = ({ name, version }: Crate) => ({ name, version, purl: buildPurl({ type: 'cargo', name, version }) });
  return { packages: builtInto(context, 'cargo', ({ crates }) => crates.map(withPurl)) };
}
