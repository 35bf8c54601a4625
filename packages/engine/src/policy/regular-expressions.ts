import { EvaluationFailure } from './cel-functions.ts';

/** Whether an expression matches anywhere in a text, in time linear in it. */
export type RegularExpression = (text: string) => boolean;
type Compile = (pattern: string) => RegularExpression;

const maxPattern = 1000;
const maxKept = 100;

let compile: Compile | undefined;
const kept = new Map<string, RegularExpression>();

/**
 * Loads the engine for `matches()` if this policy may need it; to be awaited before such a policy is loaded. It is as large
 * as all the rest that a scan loads, and few policies have a regular expression.
 *
 * @see https://github.com/google/re2/wiki/Syntax the syntax, which CEL prescribes: no back-references, no look-around
 */
export async function prepareRegularExpressions(policyText: string): Promise<void> {
  if (compile !== undefined || !policyText.includes('matches')) return;
  const { RE2JS } = await import('re2js');
  compile = (pattern) => {
    const expression = RE2JS.compile(pattern);
    return (text) => expression.test(text);
  };
}

/** @throws EvaluationFailure for what is no expression of RE2 */
export function regularExpression(pattern: string): RegularExpression {
  const known = kept.get(pattern);
  if (known) return known;
  if (compile === undefined) throw new EvaluationFailure('regular expressions are not loaded');
  if (pattern.length > maxPattern)
    throw new EvaluationFailure(`a regular expression has more than ${maxPattern} characters`);
  let made: RegularExpression;
  try {
    made = compile(pattern);
  } catch (error) {
    throw new EvaluationFailure((error as Error).message.replace('error parsing regexp: ', 'no regular expression: '));
  }
  // a pattern may come from the image's own texts
  if (kept.size >= maxKept) kept.clear();
  kept.set(pattern, made);
  return made;
}
