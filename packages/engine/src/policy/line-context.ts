import type { DockerfileLine } from '../inventory/types.ts';
import { type ShellCommand, shellCommands } from './shell-commands.ts';

/** The value of the context `line`, as context-types.ts declares it. */
export interface LineContext {
  readonly instruction: string;
  readonly text: string;
  readonly words: readonly string[];
  readonly target: string;
  readonly commands: readonly ShellCommand[];
  readonly number: number;
  readonly last: boolean;
  readonly bottom: boolean;
  readonly layer: string;
  readonly created: string;
  readonly own: boolean;
  readonly inBase: boolean;
  readonly inBaseKnown: boolean;
  readonly inBaseClaimed: boolean;
}

/** Names in ENV and ARG and copied files may be many; texts of hostile images are longer still. */
const maxWords = 2000;

/** @param given the base image was given: what lines say of it is known, no claim */
export function lineContexts(lines: readonly DockerfileLine[], given: boolean): readonly LineContext[] {
  const bottom = lines.findIndex(({ layer, claimedLayer }) => layer !== null || claimedLayer !== undefined);
  const last = new Map(lines.map(({ instruction, base }, index) => [`${base === true} ${instruction}`, index]));
  return lines.map(({ instruction, text, layer, created, base }, index) => {
    const rest = instruction === null ? '' : text.slice(instruction.length).trim();
    const words = wordsOf(rest);
    return {
      instruction: instruction ?? '',
      text,
      words,
      target: instruction === 'ADD' || instruction === 'COPY' ? (words.at(-1) ?? '') : '',
      commands: instruction === 'RUN' ? shellCommands(rest) : [],
      number: index + 1,
      last: last.get(`${base === true} ${instruction}`) === index,
      bottom: index === bottom,
      layer: layer ?? '',
      created: created ?? '',
      own: base !== true,
      inBase: base === true && given,
      inBaseKnown: base !== null && given,
      inBaseClaimed: base === true && !given,
    };
  });
}

/** Of a list its elements, else what spaces part, without flags. The classic builder wrote `file:SUM in /target`. */
function wordsOf(rest: string): readonly string[] {
  if (rest.startsWith('[')) {
    try {
      const listed: unknown = JSON.parse(rest);
      if (Array.isArray(listed)) return listed.slice(0, maxWords).map(String);
    } catch {
      // brackets of a shell command or of Docker's own lists
    }
  }
  const words = rest.split(/\s+/, maxWords).filter((word) => word !== '' && !word.startsWith('--'));
  return /^(?:file|dir|multi):/.test(words[0] ?? '') && words[1] === 'in' ? words.toSpliced(1, 1) : words;
}
