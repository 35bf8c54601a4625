export type PolicyErrorCode =
  /** the policy file is wrong; `problems` lists everything */
  | 'POLICY_INVALID'
  /** the exceptions file is wrong; `problems` lists everything */
  | 'EXCEPTIONS_INVALID'
  /** the VEX document is wrong; `problems` lists everything */
  | 'VEX_INVALID'
  /** the file of cases for `policy test` is wrong; `problems` lists everything */
  | 'CASES_INVALID'
  /** what was given as containers is none */
  | 'CONTAINERS_INVALID'
  /** no pack has this name */
  | 'PACK_UNKNOWN'
  /** a parameter was set that no rule has, or to a value of another type */
  | 'PARAMETER_INVALID'
  /** a map of policies has none for this image */
  | 'MAPPING_MISSING'
  /** a rule cannot be judged on this image (division by zero, absent label, too many steps) */
  | 'RULE_FAILED';

/**
 * What the policy room throws. The message has one line per problem, each with its place
 * (`policy.yaml:7:19: unknown field "sevrity" of finding; did you mean "severity"?`).
 */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly code: PolicyErrorCode;
  readonly problems: readonly string[];

  constructor(code: PolicyErrorCode, problems: readonly string[], options?: { readonly cause?: unknown }) {
    super(problems.join('\n'), options);
    this.code = code;
    this.problems = problems;
  }
}
