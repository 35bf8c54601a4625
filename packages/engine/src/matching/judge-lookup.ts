import type { AdvisoryRecord } from '../advisories/types.ts';
import { minorRelease } from '../versions/rpm/rpm-build.ts';
import type { VersionScheme } from '../versions/scheme.ts';
import { type Installed, type Judgement, judgeRecord } from './judge-record.ts';
import type { PackageLookup } from './plan.ts';
import { isAboutSource, type RpmScope, streamKnown, withoutEpochs } from './rpm-scope.ts';

/** What judging looks at: a statement, or a record of one. */
type Judged = Omit<AdvisoryRecord, 'id'>;

/** Judges what is said about one package, each against the version it speaks of: the binary's or its source's. */
export class LookupJudge {
  readonly #installed: Installed;
  readonly #source: Installed | undefined;
  readonly #epoch: boolean;
  readonly #scope: RpmScope | undefined;

  constructor(lookup: PackageLookup, installed: Installed, scope: RpmScope | undefined) {
    const { source } = lookup;
    const parsed = source && installed.scheme.parse(source.version);
    this.#installed = installed;
    this.#source =
      source && parsed !== undefined ? { text: source.version, parsed, scheme: installed.scheme } : undefined;
    this.#epoch = source?.epoch ?? true;
    this.#scope = scope;
  }

  judge(record: Judged): Judgement {
    const installed = this.#versionFor(record);
    // A record of another scheme than the package's cannot be compared with it.
    if (installed === undefined) return { verdict: 'undetermined', invalid: record.package };
    if (record.scheme !== installed.scheme.name && record.status !== 'not-affected')
      return { verdict: 'undetermined', invalid: record.scheme };
    const judgement = judgeRecord(this.#comparable(record), installed);
    const known = this.#scope === undefined || streamKnown(record, this.#scope);
    return judgement.verdict === 'affected' && !known ? { verdict: 'undetermined', invalid: null } : judgement;
  }

  /**
   * Whether the package has the fix that its own minor release got. An update of the next minor release names the same
   * vulnerability with a higher version, which the older one need not reach.
   */
  hasFixOfItsMinor(records: readonly AdvisoryRecord[]): boolean {
    const minor = this.#scope?.minor;
    if (minor === undefined) return false;
    let found = false;
    for (const record of records) {
      const installed = this.#versionFor(record);
      if (installed === undefined) return false;
      const { scheme, parsed } = installed;
      for (const { fixed } of this.#comparable(record).ranges) {
        if (fixed === null || minorRelease(fixed) !== minor) continue;
        if (!reaches(scheme, parsed, fixed)) return false;
        found = true;
      }
    }
    return found;
  }

  /** What is compared with what; undefined: nothing can be. */
  compared(record: AdvisoryRecord): { readonly record: AdvisoryRecord; readonly installed: Installed } | undefined {
    const installed = this.#versionFor(record);
    return installed && { record: this.#comparable(record), installed };
  }

  #versionFor(record: Judged): Installed | undefined {
    return isAboutSource(record) ? this.#source : this.#installed;
  }

  #comparable<T extends Judged>(record: T): T {
    return this.#epoch || !isAboutSource(record) ? record : withoutEpochs(record);
  }
}

function reaches(scheme: VersionScheme, installed: unknown, fixed: string): boolean {
  const bound = scheme.parse(fixed);
  return bound !== undefined && scheme.compare(installed, bound) >= 0;
}
