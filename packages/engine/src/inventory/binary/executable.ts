import type { FileParts } from '../../image/types.ts';
import type { Cataloger, FileReader, ParsedFile, ReadPattern } from '../cataloger.ts';
import { parsed } from '../cataloger.ts';
import { type Elf, readElf } from './elf.ts';

/** A file that may be run or loaded. `parts` is valid during the call that hands it over. */
export interface Executable {
  readonly parts: FileParts;
  readonly elf: Elf;
  /** whether somebody will ask which functions are linked into it, which advisories may name */
  readonly judged: boolean;
}

/** Null for what is no executable of a known format. */
export function openExecutable(parts: FileParts, judged = true): Executable | null {
  const elf = readElf(parts);
  return elf === null ? null : { parts, elf, judged };
}

/** A whole body as parts. */
export function partsOfBody(body: Buffer): FileParts {
  return {
    size: body.length,
    read: (offset, length) =>
      offset < 0 || length < 0 || offset + length > body.length ? null : body.subarray(offset, offset + length),
  };
}

/** What readers of executables declare: these are known by their first bytes, wherever they lie. */
export const executables: ReadPattern = { executable: true };

/** The parts of a cataloger that reads executables and nothing else. */
export function executableReader<F>(
  inspect: NonNullable<FileReader<F>['inspect']>,
): Pick<Cataloger<F>, 'reads' | 'maxBytes' | 'inspect' | 'parse'> {
  return {
    reads: [executables],
    maxBytes: 64 * 1024 * 1024,
    inspect,
    parse(path, body): ParsedFile<F> {
      const executable = openExecutable(partsOfBody(body));
      return (executable === null ? null : inspect(path, executable)) ?? parsed<F>(null);
    },
  };
}
