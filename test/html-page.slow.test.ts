import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { htmlPage } from '../packages/engine/src/report/html.ts';
import { largeResult } from '../packages/engine/src/report/testing/sample-result.ts';
import { type BrowserPage, hasBrowser, needsBrowser, openBrowser } from './browser.ts';
import { scratchFolder } from './program.ts';

const folder = scratchFolder();
let page: BrowserPage;
let small: BrowserPage;

async function opened(findings: number): Promise<BrowserPage> {
  const file = join(folder.path, `${findings}.html`);
  const options = { columns: 80, color: false, unicode: true, show: { onlyFixed: false } };
  writeFileSync(file, [...htmlPage.render(largeResult(findings), options)].join(''));
  const browser = await openBrowser();
  await browser.send('Performance.enable', { timeDomain: 'threadTicks' });
  await browser.open(file);
  await browser.evaluate('new Promise((resolve) => setTimeout(resolve, 600))');
  return browser;
}

/** Milliseconds that the page's thread computes while an expression is evaluated: what others do meanwhile does not count. */
async function computing(expression: string, page: BrowserPage): Promise<number> {
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
    small = await opened(500);
    page = await opened(20_000);
  });
  afterAll(async () => {
    await page?.close();
    await small?.close();
    folder.remove();
  });

  test('only those in sight are in the document', async () => {
    expect(await page.evaluate<string>(`document.getElementById('count').textContent`)).toMatch(
      /^20,010 of 20,011 rows$/,
    );
    expect(await page.evaluate<number>(`document.querySelectorAll('.row').length`)).toBeLessThan(100);
  });

  test('a step of scrolling costs no more than among 500', async () => {
    const median = async (of: BrowserPage) => {
      const times: number[] = [];
      for (let step = 0; step < 30; step++)
        times.push(await computing(`scrollTo(0, (${step} / 30) * document.body.scrollHeight); ${settled}`, of));
      return times.sort((a, b) => a - b)[15]!;
    };
    // drawing all rows again would cost forty times as much
    expect(await median(page)).toBeLessThan(4 * (await median(small)) + 20);
    const rows = await page.evaluate<number>(`document.querySelectorAll('.row').length`);
    expect(rows).toBeGreaterThan(10);
    expect(rows).toBeLessThan(100);
  });

  test('prints as many as a person may read, and says what it leaves out', async () => {
    await page.evaluate(`dispatchEvent(new Event('beforeprint'))`);
    expect(await page.evaluate<number>(`document.getElementById('list').children.length`)).toBe(1 + 5000);
    expect(await page.evaluate<string>(`document.querySelector('#list p').textContent`)).toBe(
      '20,010 of 20,011 rows: counted. Only the first 5,000 lines are printed; all are in the CSV and JSON reports.',
    );
    await page.evaluate(`dispatchEvent(new Event('afterprint'))`);
  });

  // a busy machine takes minutes for what takes 10 s of CPU; with a list of buttons it did not end
  test('prints 3,743 findings in bounded time', { timeout: 600_000 }, async () => {
    const many = await opened(3743);
    try {
      const { data } = (await many.send('Page.printToPDF', { generateTaggedPDF: true })) as { data: string };
      const pdf = Buffer.from(data, 'base64').toString('latin1');
      expect(pdf.match(/\/Type\s*\/Page\b/g)!.length).toBeGreaterThan(60);
    } finally {
      await many.close();
    }
  });

  test.each([
    ['search', 'CVE-2025-17'],
    ['search', 'libpart777'],
    ['level', '4'],
    ['fix', '0'],
    ['group', 'layer'],
    ['group', 'rule'],
    ['group', 'none'],
  ])('%s becomes %j in a moment', async (name, value) => {
    const change = `(async () => {
      const form = document.getElementById('filter');
      form.elements.${name}.value = ${JSON.stringify(value)};
      form.dispatchEvent(new Event('input', { bubbles: true }));
      await new Promise((resolve) => setTimeout(resolve, 90));
      await ${settled};
    })()`;
    // some 30 ms; seconds where each row is made anew
    expect(await computing(change, page)).toBeLessThan(500);
    expect(await page.evaluate<number>(`document.querySelectorAll('.row').length`)).toBeLessThan(100);
    await page.evaluate(`document.getElementById('again').click()`);
  });
});
