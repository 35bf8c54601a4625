import { expect, it } from 'vitest';
import type { FileFact } from '../inventory/types.ts';
import { evaluate } from './evaluate.ts';
import { loadPolicy } from './load-policy.ts';
import { factsRead } from './rule-inputs.ts';
import { makeSubject } from './testing/subjects.ts';

const policyOf = (when: string) =>
  loadPolicy(
    `name: p
rules:
  - id: modes
    scope: file
    when: ${when}
    action: deny
    severity: High
    message: "{file.path} has mode {file.mode}"
`,
    'p.yaml',
  );

const file = (path: string, mode: string, type: FileFact['type'] = 'file'): FileFact => ({
  path,
  type,
  mode,
  uid: 0,
  gid: 0,
  size: 1,
  layer: null,
});

function judge(when: string, files: readonly FileFact[]) {
  const subject = makeSubject({});
  const { inventory } = subject;
  const withFiles = { ...subject, inventory: { ...inventory, facts: { ...inventory.facts, files } } };
  return evaluate(withFiles, { policies: [policyOf(when)], exceptions: [], gate: true });
}

it('makes a finding of every file that breaks a rule', () => {
  const { findings, verdict } = judge('file.setUid && file.uid == 0 && !file.path.startsWith("/usr/bin/")', [
    file('/usr/bin/su', '4755'),
    file('/opt/tool', '4755'),
    file('/opt/group', '2755'),
  ]);
  expect(findings).toMatchObject([
    {
      key: 'misconfiguration:modes:/opt/tool',
      kind: 'misconfiguration',
      severity: 'High',
      title: '/opt/tool has mode 4755',
      evidence: { path: '/opt/tool', value: '4755' },
    },
  ]);
  expect(verdict).toMatchObject({ exitCode: 1, rules: [{ id: 'modes', message: '/opt/tool has mode 4755' }] });
});

it('tells world-writable directories with a sticky bit from those without', () => {
  const { findings } = judge('file.worldWritable && !file.sticky && file.type != "device"', [
    file('/tmp', '1777', 'directory'),
    file('/srv/shared', '0777', 'directory'),
    file('/dev/null', '0666', 'device'),
  ]);
  expect(findings.map(({ evidence }) => evidence.path)).toEqual(['/srv/shared']);
});

it('asks for the facts that its scope is about, and only for those', () => {
  expect(factsRead(policyOf('file.setUid').rules)).toEqual(['files']);
  const image = loadPolicy(
    'name: p\nrules:\n  - {id: a, scope: image, when: "true", action: warn, message: x}\n',
    'p.yaml',
  );
  expect(factsRead(image.rules)).toEqual([]);
});
