import type { LookedAt, Verification } from '@plimsoll/engine';

/** For people: what was decided, and of every attestation whether it counts. */
export function verificationText({ subject, exitCode, reason, attestations }: Verification): string {
  const head = `${exitCode === 0 ? 'PASS' : 'FAIL'}  ${subject}\n  ${reason}\n`;
  return `${head}${attestations.map((each, at) => about(each, at === 0)).join('')}`;
}

function about({ bundle, signer, verdict, problems }: LookedAt, decides: boolean): string {
  const said =
    verdict === null
      ? 'does not count'
      : `${verdict.result} for ${verdict.evaluatedAt} by ${Object.keys(verdict.policies).join(', ')}`;
  const mark = decides && verdict !== null ? '→' : ' ';
  const lines = [`${mark} ${bundle}: ${said}`, ...(signer === null ? [] : [`    signed by ${signer}`])];
  return `${[...lines, ...problems.map((problem) => `    ${problem}`)].join('\n')}\n`;
}
