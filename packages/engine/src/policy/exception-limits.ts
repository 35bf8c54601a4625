import type { YamlLimits } from './yaml-reader.ts';

/** Of an exceptions file. */
export const exceptionLimits: YamlLimits = {
  maxCharacters: 1_048_576,
  maxDepth: 20,
  maxAliases: 100,
  maxProblems: 50,
};
