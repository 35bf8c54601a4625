import { readFile, stat } from 'node:fs/promises';
import { ResultError, readResults, type StoredResults } from '@plimsoll/engine';
import { UsageError } from '../exit.ts';
import { fileReason } from '../files.ts';

/** What one string can hold is not much more. */
const maxResultBytes = 400 * 1024 * 1024;

/** Reads what `scan --format json` wrote. @throws UsageError for a file that cannot be read or holds no result */
export async function storedResults(path: string): Promise<StoredResults> {
  try {
    const { size } = await stat(path);
    if (size > maxResultBytes) throw new UsageError(`${path} is no result: it is larger than ${maxResultBytes} bytes`);
    return readResults(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof ResultError) throw new UsageError(`${path} ${error.message}`);
    if (error instanceof UsageError) throw error;
    throw new UsageError(`the result ${path} cannot be read: ${fileReason(error as NodeJS.ErrnoException)}`);
  }
}
