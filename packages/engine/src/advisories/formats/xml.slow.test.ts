import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** A file of 500 MB, made while it is read, in a process whose heap may not grow beyond a tenth of that. */
const script = `
import { readFileSync } from 'node:fs';
import { readXml } from ${JSON.stringify(new URL('./xml.ts', import.meta.url).href)};
const definition = '<definition id="oval:1"><metadata><title>CVE-2024-1</title>' + '<reference ref_id="CVE-2024-1"/>'.repeat(20) +
  '</metadata><criteria operator="AND">' + '<criterion test_ref="oval:2" comment="a is earlier than 0:1-1"/>'.repeat(50) + '</criteria></definition>';
const chunk = Buffer.from(definition.repeat(250));
const chunks = Math.ceil((500 << 20) / chunk.length);
async function* stream() {
  yield Buffer.from('<oval_definitions>');
  for (let i = 0; i < chunks; i++) yield chunk;
  yield Buffer.from('</oval_definitions>');
}
let seen = 0;
await readXml('big.xml', stream(), 'oval_definitions', new Set(['definition']), () => seen++);
if (seen !== chunks * 250) throw new Error(seen + ' definitions');
// kilobytes; the peak that getrusage tells is that of the process which started this one, if that was larger
process.stdout.write(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
`;

test.skipIf(!existsSync('/proc/self/status'))(
  'a document of 500 MB needs not half of that (needs /proc)',
  () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--max-old-space-size=48', '--input-type=module', '--eval', script],
      { cwd: fileURLToPath(new URL('.', import.meta.url)), encoding: 'utf8', timeout: 300_000 },
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(Number(stdout)).toBeLessThan(250 * 1024);
  },
  300_000,
);
