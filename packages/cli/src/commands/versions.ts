import { readFile } from 'node:fs/promises';
import { checkVectors, compareVersions, schemes, suggestion } from '@plimsoll/engine';
import { UsageError } from '../exit.ts';
import { fileReason } from '../files.ts';

const signs = { '-1': '<', '0': '=', '1': '>' } as const;

/** `versions compare SCHEME A B`: prints `<`, `=` or `>` and why. */
export async function runCompare([scheme = '', a = '', b = '']: string[]): Promise<number> {
  const answer = compareVersions(scheme, a, b);
  if ('unknownScheme' in answer) throw unknownScheme(scheme);
  if ('invalid' in answer) throw new UsageError(`"${answer.invalid}" is not a version of scheme ${scheme}`);
  process.stdout.write(`${signs[answer.ordering]}  ${answer.why}\n`);
  return 0;
}

/** `versions check SCHEME FILE`: each line that disagrees; 1 when there is one. */
export async function runCheck([scheme = '', file = '']: string[]): Promise<number> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file} cannot be read: ${fileReason(error)}`);
  });
  const answer = checkVectors(scheme, text);
  if ('unknownScheme' in answer) throw unknownScheme(scheme);
  for (const { line, text: said, expected, actual } of answer.disagreements) {
    process.stdout.write(`${file}:${line}: expected ${expected}, is ${actual}: ${said}\n`);
  }
  process.stdout.write(`${answer.checked} checked, ${answer.disagreements.length} disagree\n`);
  return answer.disagreements.length > 0 ? 1 : 0;
}

function unknownScheme(scheme: string): UsageError {
  const names = schemes.map((s) => s.name);
  return new UsageError(`unknown scheme "${scheme}"${suggestion(scheme.replace(/-(ranges|validity)$/, ''), names)}`);
}
