import { UsageError } from '../exit.ts';
import type { OptionSpec, Setting } from '../settings.ts';
import { count, date, days, oneOf, size } from '../values.ts';

type Reader = (options: Record<string, unknown>, key: string, flag: string) => unknown;

/** By what stands in the angle brackets of the flag. */
const readers: Readonly<Record<string, Reader>> = {
  date,
  size,
  n: count,
  days: (options, key, flag) => days(options, key, flag, 0),
};

/** What a run of the command would refuse about this setting, as one line that names where it comes from. */
export function settingProblem(spec: OptionSpec, { value, origin }: Setting): string | undefined {
  const where = origin.place;
  if (where === null) return undefined;
  try {
    const read = readers[/<(\w+)>/.exec(spec.flags)?.[1] ?? ''];
    for (const one of [value].flat()) {
      if (typeof one !== 'string') continue;
      read?.({ one }, 'one', where);
      for (const word of wordsIn(spec, one)) oneOf(word, spec.words ?? [], where);
    }
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return undefined;
}

/** `html=report.html` names a report, `secrets,licenses` two facts; what is no pack is a file. */
function wordsIn({ words, takes, repeat }: OptionSpec, text: string): readonly string[] {
  if (words === undefined || takes === 'pack') return [];
  if (takes === 'report') return [text.replace(/=.*/s, '')].filter((name) => name !== 'template');
  return repeat ? text.split(',').map((word) => word.trim()) : [text];
}
