// What bench/policy.mjs measures, in a process of its own: [first, fourth, counting] as JSON.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { compareFindings } from '../packages/engine/src/matching/finding-key.ts';
import { evaluate } from '../packages/engine/src/policy/evaluate.ts';
import { loadPolicy } from '../packages/engine/src/policy/load-policy.ts';
import { makeFinding, makePackage, makeSubject } from '../packages/engine/src/policy/testing/subjects.ts';

const severities = ['Low', 'Medium', 'High', 'Critical'];
const conditions = Array.from({ length: 10 }, (_, at) => [
  `finding.severity == "${severities[at % 4]}" && finding.fix.state == "fixed" && finding.fix.ageDays >= ${at}.0`,
  `finding.risk.kev || finding.risk.exploit || finding.risk.epss.score >= 0.${at + 1}`,
  `finding.risk.cvss.score >= ${at}.5 && finding.risk.cvss.attackVector == "network"`,
  `finding.level >= 4 && finding.fix.state == "fixed" && (!finding.dateKnown || finding.knownDays >= ${30 + at}.0)`,
  `finding.package.name.startsWith("lib${at}") && finding.level >= 4`,
]).flat();
const rules = conditions.map(
  (condition, at) =>
    `- { id: r${at}, scope: vulnerability, when: '${condition}', action: ${at % 2 ? 'deny' : 'warn'}, message: "{finding.id}" }`,
);
const vector = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';

const cpu = (work) => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

const policy = loadPolicy(`name: fifty\nrules:\n${rules.join('\n')}\n`, 'fifty');
const packages = Array.from({ length: 500 }, (_, at) => makePackage({ name: `lib${at}` }));
const findings = Array.from({ length: 5000 }, (_, at) =>
  makeFinding({
    id: `CVE-2026-${at}`,
    package: `lib${at % 500}`,
    severity: severities[at % 4],
    published: `2026-0${1 + (at % 8)}-${10 + (at % 19)}`,
    fix: at % 3 ? { state: 'fixed', versions: ['2.0'], since: `2026-0${1 + (at % 7)}-${10 + (at % 17)}` } : {},
    risk: {
      cvss: { source: 'nvd', version: '3.1', vector, score: (at % 100) / 10 },
      epss: { score: (at % 97) / 100, percentile: (at % 97) / 97 },
    },
  }),
).sort(compareFindings);
const judge = () => evaluate(makeSubject({ packages, findings }), { policies: [policy], exceptions: [], gate: true });
// what the making of the findings left behind is not the judging's
setFlagsFromString('--expose-gc');
runInNewContext('gc')();
const times = Array.from({ length: 4 }, () => cpu(judge));
let sum = 0;
const counting = cpu(() => {
  for (let at = 0; at < 30_000_000; at++) sum += at % 7;
});
console.log(JSON.stringify([times[0], times[3], counting, sum > 0]));
