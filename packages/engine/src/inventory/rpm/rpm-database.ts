import type { ProofFilter } from '../cataloger.ts';
import { berkeleyBlobs, isBerkeleyDb } from './berkeley-db.ts';
import type { HeaderBlobs } from './header-blobs.ts';
import { isNdb, ndbBlobs } from './ndb.ts';
import { type RpmPackage, rpmPackage } from './rpm-package.ts';
import { PathBudget } from './shipped-files.ts';
import { isSqlite, sqliteBlobs } from './sqlite-table.ts';

/** A full desktop has 5,000, a mirror of a whole distro installed at once 70,000. */
const maxPackages = 200_000;

export interface RpmDatabase {
  /** in the order of the file */
  readonly packages: readonly RpmPackage[];
  /** the first thing that is wrong, or null */
  readonly damage: string | null;
}

/** Told apart by their content: which file name a format has is only a habit. */
const formats: readonly { readonly is: (body: Buffer) => boolean; readonly blobs: HeaderBlobs }[] = [
  { is: isSqlite, blobs: (body, damaged) => sqliteBlobs(body, 'Packages', 1, damaged) },
  { is: isNdb, blobs: ndbBlobs },
  { is: isBerkeleyDb, blobs: berkeleyBlobs },
];

/** Reads a database of rpm: SQLite, rpm's own format, or Berkeley DB. Damage costs what is damaged, and is told. */
export function readRpmDatabase(body: Buffer, proofs: ProofFilter): RpmDatabase {
  const packages: RpmPackage[] = [];
  if (body.length === 0) return { packages, damage: null };
  const format = formats.find(({ is }) => is(body));
  if (format === undefined) return { packages, damage: 'it is of no format that rpm has' };
  let damage: string | null = null;
  const damaged = (what: string) => {
    damage ??= what;
  };
  const budget = new PathBudget();
  let headers = 0;
  for (const blob of format.blobs(body, damaged)) {
    headers += 1;
    if (headers > maxPackages) {
      damaged(`it has more than ${maxPackages} packages`);
      break;
    }
    const found = rpmPackage(blob, proofs, budget, damaged);
    if (found !== null) packages.push(found);
  }
  return { packages, damage };
}
