import { type NumberList, numberListScheme } from '../number-list.ts';
import { maxVersionLength, type VersionScheme } from '../scheme.ts';

const numbers = numberListScheme('intdot', '.');

/**
 * Numbers between dots; what follows the first other character means nothing.
 * @see https://github.com/package-url/vers-spec (special types)
 */
export const intdotScheme: VersionScheme<NumberList> = {
  ...numbers,
  parse(text) {
    if (text.length > maxVersionLength || !/^[!-~]+$/.test(text)) return undefined;
    return numbers.parse(/^[0-9]+(?:\.[0-9]+)*/.exec(text)?.[0] ?? '');
  },
};
