import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { htmlPage } from '../packages/engine/src/report/html.ts';
import { everyKindResult } from '../packages/engine/src/report/testing/report-results.ts';
import { hostileResult, passResult } from '../packages/engine/src/report/testing/sample-result.ts';
import type { ScanResult } from '../packages/engine/src/result/types.ts';
import { type BrowserPage, hasBrowser, needsBrowser, openBrowser } from './browser.ts';
import { scratchFolder } from './program.ts';

const folder = scratchFolder();
let page: BrowserPage;

function write(name: string, result: ScanResult): string {
  mkdirSync(folder.path, { recursive: true });
  const file = join(folder.path, `${name}.html`);
  const options = { columns: 80, color: false, unicode: true, show: { onlyFixed: false } };
  writeFileSync(file, [...htmlPage.render(result, options)].join(''));
  return file;
}

/** Fills a field of the form as a person would, and waits for the list. */
function choose(name: string, value: string): Promise<string> {
  return page.evaluate(`(async () => {
    const form = document.getElementById('filter');
    form.elements[${JSON.stringify(name)}].value = ${JSON.stringify(value)};
    form.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise((resolve) => setTimeout(resolve, 90));
    return document.getElementById('count').textContent;
  })()`);
}

const screen = (width: number) => ({ width, height: 6000, deviceScaleFactor: 1, mobile: false });
const reset = () => page.evaluate(`document.activeElement.blur(); document.getElementById('again').click()`);
const shown = () => page.evaluate<string[]>(`[...document.querySelectorAll('.row b')].map((each) => each.textContent)`);
const focused = () =>
  page.evaluate<string>(`document.activeElement.querySelector('b')?.textContent ?? document.activeElement.name`);

describe.skipIf(!hasBrowser)(`the page in a real browser (${needsBrowser})`, () => {
  let some = '';
  beforeAll(async () => {
    some = write('some', everyKindResult());
    page = await openBrowser();
    // as high as the whole list, of which only what is in sight is there
    await page.send('Emulation.setDeviceMetricsOverride', screen(1200));
    await page.open(some);
  });
  afterAll(async () => {
    await page?.close();
    folder.remove();
  });

  test('lists what counts, and asks nothing of any place', async () => {
    await reset();
    expect(await shown()).toHaveLength(12);
    expect(page.complaints).toEqual([]);
  });

  test.each([
    ['search', 'gtar', 0],
    ['search', 'openssl loop', 1],
    ['search', 'ghsa-35jh', 1],
    ['level', '4', 6],
    ['kind', '2', 1],
    ['fix', '1', 4],
    ['layer', '1', 3],
    ['package', 'ssl', 3],
    ['rule', '1', 1],
    ['state', '', 15],
    ['state', 'excused', 3],
  ])('filters by %s: %j', async (name, value, rows) => {
    await reset();
    expect(await choose(name, value)).toBe(rows === 15 ? '15 rows' : `${rows} of 15 rows`);
    expect(await shown()).toHaveLength(rows);
    expect(await page.evaluate(`document.getElementById('nothing').hidden`)).toBe(rows > 0);
  });

  test.each([
    ['layer', ['no layer', 'layer 1', 'layer 2', 'layer 3']],
    ['package', ['event-streem 1.0.2', 'openssl 1.1.1n-0+deb11u3']],
    ['rule', ['fixable-critical', 'known-exploited']],
    ['none', []],
  ])('groups by %s', async (by, heads) => {
    await reset();
    await choose('group', by);
    const found = await page.evaluate<string[]>(
      `[...document.querySelectorAll('.ghead h3')].map((each) => each.textContent)`,
    );
    expect(found.slice(0, heads.length)).toEqual(heads);
    if (by === 'none') expect((await shown())[0]).toBe('MAL-2026-1042');
  });

  test('is worked with keys alone', async () => {
    await reset();
    await page.press('/');
    expect(await focused()).toBe('search');
    await page.press('ArrowDown');
    expect(await focused()).toBe('MAL-2026-1042');
    await page.press('ArrowDown');
    expect(await focused()).toBe('CVE-2022-0778');
    await page.press('ArrowRight');
    const open = `document.querySelector('.row.open .ev')?.textContent ?? ''`;
    expect(await page.evaluate<string>(open)).toContain('1.1.1n-0+deb11u3 < 1.1.1n-0+deb11u4 (deb)');
    await page.press('ArrowLeft');
    expect(await page.evaluate<string>(open)).toBe('');
    await page.press('End');
    await page.press('Home');
    expect(await focused()).toBe('MAL-2026-1042');
  });

  test('a link of a rule opens the finding that it names, filtered or not', async () => {
    await reset();
    await choose('search', 'nothing like this');
    await page.evaluate(
      `document.querySelector('.rule .hits a[href^="#f"]').click(); new Promise((resolve) => setTimeout(resolve, 90))`,
    );
    expect(await page.evaluate<string>(`document.querySelector('.row.open b').textContent`)).toBe('CVE-2022-0778');
    await page.open(some, '#f3');
    expect(await page.evaluate<number>(`document.querySelectorAll('.row.open').length`)).toBe(1);
    await page.open(some);
  });

  test('a layer of the picture shows what came with it', async () => {
    await reset();
    await page.evaluate(`document.querySelector('.picture a[data-layer="1"]').click()`);
    expect(await page.evaluate<string>(`document.getElementById('count').textContent`)).toBe('3 of 15 rows');
  });

  test('prints every row, as a PDF', async () => {
    await reset();
    const { data } = (await page.send('Page.printToPDF', { printBackground: true })) as { data: string };
    expect(Buffer.from(data, 'base64').subarray(0, 5).toString()).toBe('%PDF-');
    expect(await shown()).toHaveLength(12);
    await page.evaluate(`dispatchEvent(new Event('beforeprint'))`);
    const printed = await page.evaluate<string[]>(
      `[...document.querySelectorAll('#list > p')].map((p) => p.textContent)`,
    );
    expect(printed[0]).toBe('12 of 15 rows: counted.');
    expect(printed).toHaveLength(1 + 12);
    expect(printed.join('\n')).toContain('Critical CVE-2022-0778');
    await page.evaluate(`dispatchEvent(new Event('afterprint'))`);
    expect(await shown()).toHaveLength(12);
    expect(await page.evaluate<number>(`document.querySelectorAll('#list > p').length`)).toBe(0);
  });

  test('lets no hostile text act, and has nothing to complain of without findings', async () => {
    await page.open(write('hostile', hostileResult()));
    await page.evaluate(`for (const button of document.querySelectorAll('button.sum')) button.click()`);
    expect(await page.evaluate<number>(`document.querySelectorAll('img, #list script, #list style').length`)).toBe(0);
    await page.open(write('none', passResult()));
    expect(await page.evaluate<boolean>(`document.body.scrollWidth <= innerWidth`)).toBe(true);
    expect(page.complaints).toEqual([]);
  });

  test.each([390, 1200])('is no wider than a screen of %i', async (width) => {
    await page.send('Emulation.setDeviceMetricsOverride', screen(width));
    await page.open(some);
    expect(await page.evaluate<number>(`document.documentElement.scrollWidth`)).toBeLessThanOrEqual(width);
  });
});
