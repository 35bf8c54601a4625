import type { Coverage, CoverageCount } from '../inventory/types.ts';
import { plural } from './finding-words.ts';

/** `409 of 412 executables`, for each kind that there is. */
export function coverageParts(coverage: Coverage | null): readonly string[] {
  if (coverage === null) return [];
  const { executables, libraries } = coverage;
  return [kind(executables, 'executable'), kind(libraries, 'shared library', 'shared libraries')].flatMap(
    (part) => part ?? [],
  );
}

function kind({ files, ownedFiles }: CoverageCount, one: string, many?: string): string | null {
  return files === 0 ? null : `${ownedFiles} of ${plural(files, one, many)}`;
}
