import type { ExplainedRule } from '../policy/types.ts';

/** What `plimsoll policy explain RESULT` answers. */
export interface PolicyExplanation {
  readonly schemaVersion: '1';
  readonly image: { readonly reference: string; readonly id: string | null; readonly digest: string | null };
  /** `YYYY-MM-DD` */
  readonly evaluatedAt: string;
  /** where it is another policy than the one that judged */
  readonly notes: readonly string[];
  /** in the order of the policies */
  readonly rules: readonly ExplainedRule[];
}
