import type { PolicyCases } from '../policy/cases/case-file.ts';
import { caseSubject } from '../policy/cases/case-subject.ts';
import { type CaseOutcome, judgeCase } from '../policy/cases/judge-case.ts';
import type { ExceptionFile } from '../policy/exception.ts';
import type { Policy } from '../policy/policy-file.ts';
import type { VexFile } from '../policy/vex/vex-statement.ts';
import type { ScanResult } from '../result/types.ts';
import { compareForType, orderForType } from './order-versions.ts';
import { subjectOfResult } from './subject-of-result.ts';

/** What a file of cases names, read. */
export interface CaseInputs {
  readonly policies: readonly Policy[];
  readonly exceptions: readonly ExceptionFile[];
  readonly vex: readonly VexFile[];
  /** by the name that a case gives it */
  readonly results: ReadonlyMap<string, ScanResult>;
}

/** Judges every case of a file, one after the other. */
export function judgePolicyCases({ cases }: PolicyCases, { results, ...files }: CaseInputs): readonly CaseOutcome[] {
  const options = { ...files, compareVersions: compareForType, orderVersions: orderForType };
  return cases.map((each) => {
    const result = each.given.result === undefined ? undefined : results.get(each.given.result);
    const stored = result ? subjectOfResult(result, each.at) : null;
    return judgeCase(each, caseSubject(each.given, each.at, stored), options);
  });
}
