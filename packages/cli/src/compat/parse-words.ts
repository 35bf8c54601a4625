import { UsageError } from '../exit.ts';
import type { ForeignOption, GivenWords } from './foreign-tool.ts';

/**
 * Reads a command line by a table of options, in the manner of getopts, go-flags and mow.cli alike: `--name VALUE`,
 * `--name=VALUE`, `-n VALUE`, `-nVALUE`, `-n=VALUE`, switches one by one or bundled (`-PV`), options before and after the words,
 * `--` before what only looks like options.
 *
 * Messages never repeat a value or a word: what stands in the wrong place may be a token.
 *
 * @throws UsageError
 */
export function parseWords(argv: readonly string[], options: readonly ForeignOption[]): GivenWords {
  const values = new Map<string, string[]>();
  const words: string[] = [];
  const known = new Map(options.flatMap((option) => option.names.map((name) => [name, option])));
  const give = ({ names: [name = ''] }: ForeignOption, value: string) =>
    values.set(name, [...(values.get(name) ?? []), value]);
  const isOption = (word: string) => known.has(word) || known.has(word.replace(/=.*$/s, ''));

  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      words.push(...rest);
      break;
    }
    if (!/^-./s.test(word)) {
      words.push(word);
      continue;
    }
    const found = find(word, known);
    if (found === undefined) throw new UsageError(`there is no option ${shownName(word)}`);
    const { option, name, value } = found;
    if (option.takes === undefined) {
      if (value !== undefined && value !== 'true' && value !== 'false')
        throw new UsageError(`${name} takes no value but true or false`);
      give(option, value ?? 'true');
      if (found.bundled !== undefined) rest.unshift(`-${found.bundled}`);
      continue;
    }
    if (value !== undefined) {
      give(option, value);
      continue;
    }
    const next = rest.shift();
    if (next === undefined) throw new UsageError(`${name} needs a value (${option.takes})`);
    // an unquoted variable that is empty
    if (isOption(next)) throw new UsageError(`${name} needs a value (${option.takes}); an option follows instead`);
    give(option, next);
  }
  return { values, words };
}

interface Found {
  readonly option: ForeignOption;
  readonly name: string;
  readonly value?: string;
  /** switches that stand in the same word */
  readonly bundled?: string;
}

function find(word: string, known: ReadonlyMap<string, ForeignOption>): Found | undefined {
  const split = word.indexOf('=');
  const name = split < 0 ? word : word.slice(0, split);
  const whole = known.get(name);
  if (whole !== undefined) return { option: whole, name, ...(split < 0 ? {} : { value: word.slice(split + 1) }) };
  if (word.startsWith('--')) return undefined;
  const short = word.slice(0, 2);
  const option = known.get(short);
  if (option === undefined) return undefined;
  const attached = word.slice(2);
  if (option.takes === undefined) return { option, name: short, bundled: attached };
  return { option, name: short, value: attached };
}

/** The name alone, as far as it can be one. */
function shownName(word: string): string {
  return /^--[a-z][a-z-]{0,40}(?==|$)/i.exec(word)?.[0] ?? /^-[a-z]/i.exec(word)?.[0] ?? 'of this form';
}

/** The last value that was given, undefined where it is missing or empty. */
export function lastValue({ values }: GivenWords, name: string): string | undefined {
  return values.get(name)?.at(-1) || undefined;
}

export function isOn({ values }: GivenWords, name: string, byDefault = false): boolean {
  const value = values.get(name)?.at(-1);
  return value === undefined ? byDefault : value === 'true';
}

/** @throws UsageError unless exactly one word was given */
export function onlyImage({ words }: GivenWords): string {
  const [image, another] = words;
  if (image === undefined || image === '') throw new UsageError('say which image');
  if (another !== undefined)
    throw new UsageError(
      `only one image can be scanned at a time; ${words.length} words that are no options were given`,
    );
  return image;
}
