import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { htmlPage } from '../packages/engine/src/report/html.ts';
import { largeResult } from '../packages/engine/src/report/testing/sample-result.ts';
import { type BrowserPage, hasBrowser, needsBrowser, openBrowser } from './browser.ts';
import { scratchFolder } from './program.ts';

const folder = scratchFolder();
let page: BrowserPage;

/** Milliseconds that the page's thread computes while an expression is evaluated: what others do meanwhile does not count. */
async function computing(expression: string): Promise<number> {
  const spent = async () => {
    const { metrics } = (await page.send('Performance.getMetrics')) as { metrics: { name: string; value: number }[] };
    return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1000;
  };
  const before = await spent();
  await page.evaluate(expression);
  return (await spent()) - before;
}

const settled = 'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))';

describe.skipIf(!hasBrowser)(`20,000 findings in a real browser (${needsBrowser})`, () => {
  beforeAll(async () => {
    const file = join(folder.path, 'many.html');
    const options = { columns: 80, color: false, unicode: true, show: { onlyFixed: false } };
    writeFileSync(file, [...htmlPage.render(largeResult(20_000), options)].join(''));
    page = await openBrowser();
    await page.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.open(file);
    await page.evaluate('new Promise((resolve) => setTimeout(resolve, 600))');
  }, 60_000);
  afterAll(async () => {
    await page?.close();
    folder.remove();
  });

  test('only those in sight are in the document', async () => {
    expect(await page.evaluate<string>(`document.getElementById('count').textContent`)).toMatch(
      /^20010 of 20011 rows$/,
    );
    expect(await page.evaluate<number>(`document.querySelectorAll('.row').length`)).toBeLessThan(100);
  });

  test('a step of scrolling is done within two frames', async () => {
    const times: number[] = [];
    for (let step = 0; step < 30; step++)
      times.push(await computing(`scrollTo(0, ${step} * 29_000 + 5000); ${settled}`));
    expect(times.sort((a, b) => a - b)[15]).toBeLessThan(33);
    expect(times.at(-1)).toBeLessThan(100);
    expect(await page.evaluate<number>(`document.querySelectorAll('.row').length`)).toBeGreaterThan(10);
  });

  test.each([
    ['search', 'CVE-2025-17'],
    ['search', 'libpart777'],
    ['level', '4'],
    ['fix', '0'],
    ['group', 'layer'],
    ['group', 'rule'],
    ['group', 'none'],
  ])('no pause is seen when %s becomes %j', async (name, value) => {
    const time = await computing(`(async () => {
      const form = document.getElementById('filter');
      form.elements.${name}.value = ${JSON.stringify(value)};
      form.dispatchEvent(new Event('input', { bubbles: true }));
      await new Promise((resolve) => setTimeout(resolve, 90));
      await ${settled};
    })()`);
    expect(time).toBeLessThan(100);
    await page.evaluate(`document.getElementById('again').click()`);
  });
});
