// node bench/policy.mjs [ROUNDS]: CPU milliseconds for judging 5,000 findings by a policy of 50 rules, the first time in a process
// (nothing is compiled yet) and the fourth; the least of so many processes (10), and the same of counting to 30 million beside
// it, so that a busy machine shows.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { evaluate } from '../packages/engine/src/policy/evaluate.ts';
import { loadPolicy } from '../packages/engine/src/policy/policy-file.ts';
import { makeFinding, makePackage, makeSubject } from '../packages/engine/src/policy/testing/subjects.ts';

const conditions = [
  'finding.severity == "Critical" && finding.fix.state == "fixed"',
  'finding.risk.kev || finding.risk.exploit',
  'finding.risk.cvss.score >= 9.0 && finding.risk.cvss.attackVector == "network"',
  'finding.severity == "High" && finding.fix.state == "fixed" && (!finding.dateKnown || finding.knownDays >= 30)',
  'finding.package.name.startsWith("lib") && finding.level >= 4',
];
const rule = (at) =>
  `- { id: r${at}, scope: vulnerability, when: '${conditions[at % 5]}', action: ${at % 2 ? 'deny' : 'warn'}, message: "{finding.id}" }`;
const vector = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
const severities = ['Low', 'Medium', 'High', 'Critical'];

const cpu = (work) => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

const [rounds = '10'] = process.argv.slice(2);
if (rounds === 'one') {
  const policy = loadPolicy(
    `name: fifty\nrules:\n${Array.from({ length: 50 }, (_, at) => rule(at)).join('\n')}\n`,
    'fifty',
  );
  const packages = Array.from({ length: 500 }, (_, at) => makePackage({ name: `lib${at}` }));
  const findings = Array.from({ length: 5000 }, (_, at) =>
    makeFinding({
      id: `CVE-2026-${at}`,
      package: `lib${at % 500}`,
      severity: severities[at % 4],
      fix: at % 3 ? { state: 'fixed', versions: ['2.0'], since: '2026-01-01' } : {},
      risk: { cvss: { source: 'nvd', version: '3.1', vector, score: at % 10 } },
    }),
  );
  const judge = () => evaluate(makeSubject({ packages, findings }), { policies: [policy], exceptions: [], gate: true });
  const times = Array.from({ length: 4 }, () => cpu(judge));
  let sum = 0;
  const counting = cpu(() => {
    for (let at = 0; at < 30_000_000; at++) sum += at % 7;
  });
  console.log(JSON.stringify([times[0], times[3], counting, sum > 0]));
} else {
  const runs = Array.from({ length: Number(rounds) }, () =>
    JSON.parse(spawnSync(process.execPath, [fileURLToPath(import.meta.url), 'one'], { encoding: 'utf8' }).stdout),
  );
  const least = (column) => Math.min(...runs.map((run) => run[column])).toFixed(0);
  console.log(
    `| 5,000 findings, 50 rules | CPU ms |\n|---|---|\n| first time | ${least(0)} |\n| fourth time | ${least(1)} |`,
  );
  console.log(`| counting to 30 million | ${least(2)} |`);
}
