import { type AdvisoryRecord, sourceKeyPrefix } from '../advisories/types.ts';
import type { Package } from '../inventory/types.ts';
import { isModularBuild, minorRelease, variantBuild } from '../versions/rpm/rpm-build.ts';

/** What an rpm record must be about to speak of a package, worked out once per package. */
export interface RpmScope {
  /** `NAME:STREAM`; `*`: built for a module that its header does not name; undefined: for none */
  readonly module: string | undefined;
  readonly arch: string | null;
  /** `9_2`: the minor release that the package was built for, as its release says; undefined: it does not */
  readonly minor: string | undefined;
}

export function rpmScope(pkg: Package): RpmScope {
  const label = pkg.modularity?.split(':').slice(0, 2).join(':');
  return {
    module: label || variantBuild(pkg.version) || (isModularBuild(pkg.version) ? '*' : undefined),
    arch: pkg.arch,
    minor: minorRelease(pkg.version),
  };
}

/**
 * Whether a record is about packages like this one. A module's streams live side by side with versions of their own, so
 * that one stream's fix says nothing about another's package, nor about one outside modules.
 */
export function speaksOf({ module, arches }: Pick<AdvisoryRecord, 'module' | 'arches'>, scope: RpmScope): boolean {
  if ((module === undefined) !== (scope.module === undefined)) return false;
  if (module !== scope.module && module !== '*' && scope.module !== '*') return false;
  return arches === undefined || scope.arch === null || arches.includes(scope.arch);
}

/** Whether it is known which stream's fix would count. */
export function streamKnown({ module }: Pick<AdvisoryRecord, 'module'>, scope: RpmScope): boolean {
  return module === scope.module && module !== '*';
}

export function isAboutSource({ package: name }: Pick<AdvisoryRecord, 'package'>): boolean {
  return name.startsWith(sourceKeyPrefix);
}

/** What is said of the binary itself stands before what is said of its source ("the flaw is not in this part"). */
export function mostSpecific(records: readonly AdvisoryRecord[]): readonly AdvisoryRecord[] {
  const binary = records.filter((record) => !isAboutSource(record));
  return binary.length > 0 ? binary : records;
}

/** The record with every epoch left out, for a source package whose epoch is not known. */
export function withoutEpochs<T extends Pick<AdvisoryRecord, 'ranges'>>(record: T): T {
  const strip = (version: string | null): string | null => version?.replace(/^\d+:/, '') ?? null;
  return {
    ...record,
    ranges: record.ranges.map(({ introduced, fixed, lastAffected }) => ({
      introduced: strip(introduced),
      fixed: strip(fixed),
      lastAffected: strip(lastAffected),
    })),
  };
}
