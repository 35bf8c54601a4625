import { describe, expect, it } from 'vitest';
import { json } from './json.ts';
import { hostileResult, sampleResult } from './testing/sample-result.ts';
import type { ReportFormat, ReportOptions } from './types.ts';

const options: ReportOptions = { columns: 80, color: false, unicode: true, show: { onlyFixed: false } };

function render(result = sampleResult(), given = options): string {
  return [...(json as ReportFormat).render(result, given)].join('');
}

/** The same value with every object's keys the other way round. */
function reversed<T>(value: T): T {
  if (Array.isArray(value)) return value.map(reversed) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  ) as T;
}

describe('the JSON report', () => {
  it('is the result, two spaces deep, with a newline at the end', () => {
    expect(JSON.parse(render())).toEqual(sampleResult());
    expect(render().startsWith('{\n  "schemaVersion": "1",\n  "image": {\n    "reference": ')).toBe(true);
    expect(render().endsWith('}\n')).toBe(true);
    expect(render()).toBe(`${JSON.stringify(JSON.parse(render()), null, 2)}\n`);
  });

  it('has the same bytes however the objects were built', () => {
    expect(render(reversed(sampleResult()))).toBe(render());
  });

  it('is never filtered', () => {
    const show = { onlyFixed: true, severity: 'Critical', kinds: ['malware'] } as const;
    expect(render(sampleResult(), { ...options, show })).toBe(render());
  });

  it('keeps hostile text and shows none of it raw to a terminal', () => {
    const text = render(hostileResult());
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(hostileResult())));
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/);
  });

  it('escapes U+2065 too, which is shown as nothing and is of no category', () => {
    const { image, ...rest } = sampleResult();
    const text = render({ ...rest, image: { ...image, reference: 'a\u2065b' } });
    expect(text).toContain('"a\\u2065b"');
  });

  it('is never one string, whatever is long in it', () => {
    const result = sampleResult();
    const file = { path: '/bin/su', type: 'file', mode: '4755', uid: 0, gid: 0, size: 1, layer: null } as const;
    const files = Array.from({ length: 5000 }, () => file);
    const long = { ...result, facts: { ...result.facts, files } };
    const pieces = [...(json as ReportFormat).render(long, options)] as string[];
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(20_000);
    expect(pieces.join('')).toBe(`${JSON.stringify(JSON.parse(pieces.join('')), null, 2)}\n`);
    const all = { schemaVersion: '1', reference: 'app', results: [long, result], differences: {} } as never;
    const together = [...json.renderAll!(all)];
    expect(Math.max(...together.map(({ length }) => length))).toBeLessThan(20_000);
    expect(JSON.parse(together.join('')).results).toEqual(JSON.parse(JSON.stringify([long, result])));
  });

  it('keeps a label called __proto__', () => {
    const result = sampleResult();
    const labels = JSON.parse('{"__proto__": "x", "b": "1", "a": "2"}') as Record<string, string>;
    const text = render({ ...result, facts: { ...result.facts, config: { ...result.facts.config!, labels } } });
    expect(text).toContain('"labels": {\n        "__proto__": "x",\n        "a": "2",\n        "b": "1"\n      }');
  });

  it('lists the packages alone for an inventory', () => {
    const { findings, verdict, ...inventory } = sampleResult();
    expect(findings.length + verdict.rules.length).toBeGreaterThan(0);
    expect(JSON.parse([...json.render(inventory)].join(''))).toEqual(inventory);
  });
});
