import { join } from 'node:path';
import { type BuildOptions, type BuildReport, buildDatabase } from '../build-database.ts';
import { openAdvisories } from '../open-advisories.ts';
import type { AdvisoryReader, AdvisoryRecord } from '../types.ts';
import { type FeedBody, fillMirror, tempDirectory } from './make-mirror.ts';

export interface Built extends Disposable {
  readonly report: BuildReport;
  readonly reader: AdvisoryReader;
  readonly dbDir: string;
  readonly mirror: string;
  /** records of one package */
  records(shard: string, name: string): readonly AdvisoryRecord[];
  /** builds again, from the mirror as it is now */
  again(options?: Partial<BuildOptions>): Promise<BuildReport>;
}

/** A database built from a mirror with these files. */
export async function buildFrom(
  files: Readonly<Record<string, FeedBody>>,
  options: Partial<BuildOptions> = {},
): Promise<Built> {
  const directory = tempDirectory();
  const mirror = join(directory.path, 'mirror');
  const dbDir = join(directory.path, 'db');
  fillMirror(mirror, files);
  const again = (more: Partial<BuildOptions> = {}) =>
    buildDatabase({ dbDir, mirrors: [mirror], asOf: '2026-08-22', ...options, ...more });
  const report = await again();
  const reader = openAdvisories(dbDir);
  return {
    report,
    reader,
    dbDir,
    mirror,
    records: (shard, name) => reader.advisories(shard, [name]).get(name) ?? [],
    again,
    [Symbol.dispose]: () => {
      reader.close();
      directory[Symbol.dispose]();
    },
  };
}
