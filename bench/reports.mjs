// node bench/reports.mjs [FINDINGS]: CPU seconds and peak memory of each report of so many findings (20,000), each in a process
// of its own with the making of the findings left out, and what Chromium computes when the HTML one scrolls and filters.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { byteChunks } from '../packages/engine/src/report/byte-chunks.ts';
import { formats } from '../packages/engine/src/report/formats.ts';
import { largeResult } from '../packages/engine/src/report/testing/sample-result.ts';
import { hasBrowser, needsBrowser, openBrowser } from '../test/browser.ts';

const [findings = '20000', one] = process.argv.slice(2);
/** As the launcher sets V8 up. */
const engine = ['--semi-space-growth-factor=1', '--heap-growing-percent=30'];
const options = { columns: 100, color: false, unicode: true, show: { onlyFixed: false } };
const render = (name) => formats.find((format) => format.name === name).render(largeResult(Number(findings)), options);

if (one) {
  const result = largeResult(Number(findings));
  const format = formats.find(({ name }) => name === one);
  const before = process.cpuUsage();
  let size = 0;
  for (const chunk of byteChunks(format.render(result, options))) size += chunk.length;
  const { user, system } = process.cpuUsage(before);
  const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
  console.log(`| ${one} | ${((user + system) / 1e6).toFixed(2)} | ${Math.round(peak)} | ${(size / 1e6).toFixed(1)} |`);
} else {
  console.log(`| ${findings} findings as | CPU s | peak MB | output MB |\n|---|---|---|---|`);
  for (const { name } of formats)
    spawnSync(process.execPath, [...engine, fileURLToPath(import.meta.url), findings, name], { stdio: 'inherit' });
  if (hasBrowser) await browse();
  else console.log(`the page: not measured, ${needsBrowser}`);
}

/** CPU of the page's own thread: the median of 30 steps of scrolling, and each change of the filter. */
async function browse() {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-'));
  const page = await openBrowser();
  try {
    const file = join(folder, 'report.html');
    writeFileSync(file, [...render('html')].join(''));
    await page.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.open(file);
    await page.evaluate('new Promise((resolve) => setTimeout(resolve, 600))');
    const spent = async () => {
      const { metrics } = await page.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
    };
    const computing = async (expression) => {
      const before = await spent();
      await page.evaluate(`(async () => { ${expression};
        await new Promise((resolve) => setTimeout(resolve, 90));
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))); })()`);
      return (await spent()) - before;
    };
    const steps = [];
    for (let step = 0; step < 30; step++) steps.push(await computing(`scrollTo(0, ${step * 29_000 + 5000})`));
    console.log(`\nscrolling: ${steps.sort((a, b) => a - b)[15].toFixed(0)} ms, at most ${steps.at(-1).toFixed(0)} ms`);
    for (const [name, value] of [
      ['search', 'CVE-2025-17'],
      ['level', '4'],
      ['group', 'layer'],
    ]) {
      const time = await computing(`const form = document.getElementById('filter');
        form.elements.${name}.value = '${value}'; form.dispatchEvent(new Event('input', { bubbles: true }))`);
      console.log(`${name} = ${value}: ${time.toFixed(0)} ms`);
      await page.evaluate(`document.getElementById('again').click()`);
    }
  } finally {
    await page.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
