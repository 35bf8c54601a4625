import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shellCommands } from './shell-commands.ts';

const shown = (script: string) => shellCommands(script).map(({ name, words }) => [name, ...words].join(' '));

it.each([
  ['apt-get update && apt-get install -y curl', ['apt-get update', 'apt-get install -y curl']],
  ['/usr/bin/apt-get  -qq\tupdate; rm -rf /x', ['apt-get -qq update', 'rm -rf /x']],
  ['a | b || c & d', ['a', 'b', 'c', 'd']],
  ['a \\\n  b\nc', ['a b', 'c']],
  ['echo "a && b" \'c; d\' e\\ f', ['echo a && b c; d e f']],
  ['# apt-get update\na # b\nc#d', ['a', 'c#d']],
  ['a >/dev/null 2>&1 && b &> x; c < y d', ['a', 'b', 'c d']],
  ['DEBIAN_FRONTEND=noninteractive LANG=C apt-get install x', ['apt-get install x']],
  ['if ! a; then b; else c; fi', ['a', 'b', 'c']],
  ['for x in 1 2; do a; done', ['for x in 1 2', 'a']],
  ['( cd /x && make )', ['cd /x', 'make']],
  ['{ a; b; }', ['a', 'b']],
  ['x=$(curl -s u | head) && echo "$(wget v)"', ['curl -s u', 'head', 'wget v', 'echo ']],
  ['echo `date`', ['date', 'echo ']],
  ['sudo -u app apt-get update', ['sudo -u app apt-get update', 'apt-get update']],
  ['sudo env A=1 apt update', ['sudo env A=1 apt update', 'env A=1 apt update', 'apt update']],
  ['sh -c "apt-get update; a"', ['sh -c apt-get update; a', 'apt-get update', 'a']],
  ["bash -eo pipefail -c 'a | b'", ['bash -eo pipefail -c a | b', 'a', 'b']],
  ['cat <<EOF > /x\napt-get update\nEOF\na', ['cat', 'a']],
  ["bash <<-'EOF'\n\tapt-get update\n\tEOF\na", ['bash', 'apt-get update', 'a']],
  ['timeout 5 curl u', ['timeout 5 curl u', 'curl u']],
  ['"unclosed && a', ['unclosed && a']],
  ['', []],
])('%j runs %j', (script, expected) => {
  expect(shown(script)).toEqual(expected);
});

it('ends on whatever it is given, with arguments that stand in the script', () => {
  const parts = fc.constantFrom(...'ab \n\t\'"`$()\\;&|<>#{}=-', '<<E', 'sudo ', 'sh -c ', '$(', 'E\n');
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 200 }), (made) => {
      for (const { name } of shellCommands(made.join(''))) expect(name).not.toContain('/');
    }),
  );
});

it('takes linear time', () => {
  const length = 200_000;
  for (const text of [
    '$('.repeat(length / 2),
    '`'.repeat(length),
    '"'.repeat(length),
    '<<E\n'.repeat(length / 4),
    'sudo '.repeat(length / 5),
    'sh -c "'.repeat(length / 7),
    'a'.repeat(length),
    'a;'.repeat(length / 2),
    '('.repeat(length),
    '<'.repeat(length),
    '$(a '.repeat(length / 4) + ')'.repeat(length / 4),
  ]) {
    const started = process.threadCpuUsage();
    shellCommands(text);
    expect(process.threadCpuUsage(started).user, text.slice(0, 10)).toBeLessThan(3_000_000);
  }
});
