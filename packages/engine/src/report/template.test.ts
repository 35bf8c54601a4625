import { describe, expect, it } from 'vitest';
import { TemplateError } from './template/parse-template.ts';
import { templateFormat } from './template.ts';
import { renderText } from './testing/report-results.ts';
import { hostileResult, largeResult, passResult, sampleResult } from './testing/sample-result.ts';

function made(template: string, name = 'my.txt', result = sampleResult(), show = {}): string {
  return renderText(templateFormat(template, name), result, show);
}

function failure(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
  throw new Error('nothing failed');
}

describe('a template of one’s own', () => {
  it.each([
    ['{{image.reference}}: {{verdict.result}}', 'docker-archive:shop-api.tar: fail'],
    ['{{words}}', 'The image is stopped: 6 rules are broken'],
    ['{{#counts}}{{severity}}={{count}} {{/counts}}', 'Critical=1 High=2 Medium=1 Low=1 Negligible=1 Unknown=0 '],
    [
      '{{#suppressed}}{{id}} by {{#suppressed}}{{by}} {{owner}}{{/suppressed}}{{/suppressed}}',
      'CVE-2023-4911 by exception shop-team',
    ],
    [
      '{{#verdict.rules}}{{^controls}}{{id}} {{/controls}}{{/verdict.rules}}',
      'fixable-high malicious-package distro-end-of-life risk-index ',
    ],
    ['a{{! a remark\nof two lines}}b', 'ab'],
    ['{{#image.names}}<{{.}}>{{/image.names}}', '<registry.example.com/shop/api:1.4.2>'],
    ['{{^filter}}whole{{/filter}}{{#filter}}{{.}}{{/filter}}', 'whole'],
    ['{{image.digest}}{{image.base.reference}}{{image.base.layers}}', `sha256:${'5e'.repeat(32)}debian:111`],
    ['{{image.id.constructor}}{{counts.__proto__.x}}', ''],
  ])('%j', (template, text) => {
    expect(made(template)).toBe(text);
  });

  it('lists what a filter lets through, and says that there is one', () => {
    const template = '{{#filter}}{{.}}\n{{/filter}}{{#shown}}{{headline}}; {{remedy}}\n{{/shown}}';
    expect(made(template, 'a.txt', sampleResult(), { severity: 'Critical', onlyFixed: true })).toMatch(
      /^This report was made with a filter .*hides 10 findings.*\nCVE-2022-0778 in libssl1.1 .*; upgrade libssl1.1 to 1.1.1n-0\+deb11u4\n/,
    );
  });

  it.each([
    ['my.html', /&lt;script&gt;alert/, /<script|<img/],
    ['my.html.tmpl', /&lt;script&gt;alert/, /<script|<img/],
    ['my.md', /&lt;script&gt;/, /<script/],
    ['my.txt', /\\x1b\[2J/, /\u001b/],
    ['my.json', /"'><img/, /[^\\]"'>|\u001b/],
  ])('escapes for what it makes: %s', (name, is, isNot) => {
    const text = made('{{#shown}}{{headline}}|{{title}}\n{{/shown}}', name, hostileResult());
    expect(text).toMatch(is);
    expect(text).not.toMatch(isNot);
  });

  it('makes JSON that can be read, and no formulas', () => {
    const template = '[{{#shown}}{"id":"{{id}}","title":"{{title}}"},{{/shown}}null]';
    expect(JSON.parse(made(template, 'a.json', hostileResult()))).toHaveLength(13);
    const { findings, ...rest } = sampleResult();
    const evil = { ...rest, findings: [{ ...findings[0]!, title: '=HYPERLINK("x")' }] };
    expect(made('{{#shown}}"{{title}}"{{/shown}}', 'a.csv', evil)).toBe(`"'=HYPERLINK(""x"")"`);
  });

  it.each([
    ['a\n{{#shown}}\n{{id}}', 'my.txt:2: "shown" has no end; write {{/shown}}'],
    ['{{#shown}}\n{{/findings}}', 'my.txt:2: "findings" ends, and "shown" of line 1 is open here'],
    ['\n\n{{/shown}}', 'my.txt:3: "shown" ends, and nothing is open here'],
    ['x\n{{shwon}}', 'my.txt:2: nothing is named "shwon"'],
    ['{{image.refrence}}', 'my.txt:1: nothing is named "image.refrence"'],
    ['{{#shown}}\n{{package.nope}}{{/shown}}', 'my.txt:2: nothing is named "package.nope"'],
    ['{{image.distro.id.x.y}}{{image.base.layer}}', 'my.txt:1: nothing is named "image.base.layer"'],
    ['{{image.reference', 'my.txt:1: what begins with "{{" is no tag, or has no end'],
    ['{{ 1 + 1 }}', 'my.txt:1: "1 + 1" is no name'],
    ['{{image.constructor}}', 'my.txt:1: nothing is named "image.constructor"'],
    ['{{process.env}}', 'my.txt:1: nothing is named "process"'],
    ['{{#shown}}'.repeat(20), 'my.txt:1: lists stand in each other more than 16 deep'],
    ['x'.repeat(300_000), 'my.txt:1: a template may have 262144 characters'],
  ])('names file and line of what is wrong: %j', (template, message) => {
    expect(failure(() => templateFormat(template, 'my.txt'))).toBe(message);
  });

  it('ends, however many lists stand in each other', () => {
    const loops = '{{#findings}}{{#packages}}{{#findings}}{{/findings}}{{/packages}}{{/findings}}';
    expect(failure(() => made(loops, 'my.txt', largeResult(2000)))).toBe('my.txt:1: the template takes too many steps');
    expect(made(loops, 'my.txt', passResult())).toBe('');
    const whole = '{{findings}}'.repeat(20_000);
    expect(failure(() => made(whole, 'my.txt', largeResult(2000)))).toBe('my.txt:1: the template takes too many steps');
  });
});
