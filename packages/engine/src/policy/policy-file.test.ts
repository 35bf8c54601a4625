import { describe, expect, it } from 'vitest';
import { PolicyError } from './error.ts';
import { loadPolicy } from './load-policy.ts';
import { loadPack, packNames } from './packs.ts';
import { prepareRegularExpressions } from './regular-expressions.ts';

await prepareRegularExpressions('matches');

function problems(text: string): readonly string[] {
  try {
    loadPolicy(text, 'policy.yaml');
  } catch (error) {
    if (error instanceof PolicyError) return error.problems;
    throw error;
  }
  return [];
}

const rule = (fields: Readonly<Record<string, string>> = {}) => {
  const all = { scope: 'vulnerability', when: 'finding.level >= 4', action: 'deny', message: 'm', ...fields };
  const lines = Object.entries(all).map(([name, value]) => `    ${name}: ${value}`);
  return ['name: p', 'rules:', '  - id: r', ...lines, ''].join('\n');
};

describe('loadPolicy', () => {
  it('reads what a rule says', () => {
    const policy = loadPolicy(rule({ parameters: '{ n: 3 }', controls: '[a:1, b:2]', severity: 'High' }), 'p.yaml');
    expect(policy).toMatchObject({
      name: 'p',
      allow: { incomplete: [] },
      rules: [
        {
          id: 'r',
          scope: 'vulnerability',
          action: 'deny',
          condition: 'finding.level >= 4',
          severity: 'High',
          controls: ['a:1', 'b:2'],
          parameters: { n: 3 },
        },
      ],
    });
  });

  it.each(packNames)('pack %s is a valid policy', (name) => {
    expect(loadPack(name).name).toBe(name);
  });

  it.each([
    [
      'misspelt field',
      rule().replace('action:', 'acton:'),
      ['policy.yaml:6:5: unknown field "acton"; did you mean "action"?'],
    ],
    [
      'swapped letters',
      rule().replace('scope:', 'socpe:'),
      ['policy.yaml:4:5: unknown field "socpe"; did you mean "scope"?'],
    ],
    ['field of nothing', `nam: x\n${rule()}`, ['policy.yaml:1:1: unknown field "nam"; did you mean "name"?']],
    ['wrong action', rule({ action: 'dent' }), ['policy.yaml:6:13: "dent" is no action; did you mean "deny"?']],
    ['wrong scope', rule({ scope: 'packages' }), ['policy.yaml:4:12: "packages" is no scope; did you mean "package"?']],
    [
      'scope of later',
      rule({ scope: 'signature' }),
      [
        'policy.yaml:4:12: scope "signature" is not supported by this version; there are vulnerability, malware, package, license, file, secret, config, instruction, user, image, coverage, runtime',
      ],
    ],
    ['wrong severity', rule({ severity: 'high' }), ['policy.yaml:8:15: "high" is no severity; did you mean "High"?']],
    [
      'wrong code',
      `${rule()}allow: { incomplete: [application-read] }\n`,
      ['policy.yaml:8:23: "application-read" is no incomplete code; did you mean "application-unread"?'],
    ],
    [
      'unknown field of an expression',
      rule({ when: 'finding.sevrity == "High"' }),
      ['policy.yaml:5:19: unknown field "sevrity" of finding; did you mean "severity"?'],
    ],
    [
      'nested field',
      rule({ when: 'finding.risk.cvs.score > 9.0' }),
      ['policy.yaml:5:24: unknown field "cvs" of finding.risk; did you mean "cvss"?'],
    ],
    [
      'in quotes',
      rule({ when: '"finding.level > 1 && finding.fix.stat == \\"fixed\\""' }),
      ['policy.yaml:5:45: unknown field "stat" of finding.fix; did you mean "state"?'],
    ],
    [
      'in a folded text',
      rule({ when: '>-\n      finding.level > 1\n      && finding.fix.stat == "fixed"' }),
      ['policy.yaml:7:22: unknown field "stat" of finding.fix; did you mean "state"?'],
    ],
    [
      'in a literal text',
      rule({ when: '|\n      finding.level > 1\n\n      && finding.lvel < 3' }),
      ['policy.yaml:8:18: unknown field "lvel" of finding; did you mean "level"?'],
    ],
    [
      'in a text of several lines',
      rule({ when: 'finding.level > 1\n      && finding.lvel < 3' }),
      ['policy.yaml:6:18: unknown field "lvel" of finding; did you mean "level"?'],
    ],
    [
      'unknown variable',
      rule({ when: 'findng.level > 1' }),
      ['policy.yaml:5:11: unknown variable "findng"; did you mean "finding"?'],
    ],
    [
      'variable of another scope',
      rule({ when: 'config.root' }),
      ['policy.yaml:5:11: unknown variable "config"; there are finding, image, stage, parameters'],
    ],
    [
      'unknown parameter',
      rule({ when: 'finding.level > parameters.n' }),
      ['policy.yaml:5:38: unknown field "n" of parameters'],
    ],
    [
      'value that never occurs',
      rule({ when: 'finding.severity == "critical"' }),
      ['policy.yaml:5:31: finding.severity is never "critical"; did you mean "Critical"?'],
    ],
    [
      'value that never occurs, in a list',
      rule({ when: 'finding.severity in ["High", "Hihg"]' }),
      ['policy.yaml:5:40: finding.severity is never "Hihg"; did you mean "High"?'],
    ],
    [
      'syntax',
      rule({ when: 'finding.level >' }),
      ['policy.yaml:5:25: the expression cannot be read: it ends too early'],
    ],
    [
      'no condition',
      rule({ when: 'finding.level' }),
      ['policy.yaml:5:11: "when" must be true or false, a comparison for example'],
    ],
    [
      'regular expression with a look-ahead',
      rule({ when: 'finding.id.matches("^(?=a)")' }),
      ['policy.yaml:5:30: no regular expression: invalid or unsupported Perl syntax: `(?=`'],
    ],
    [
      'regular expression that is too large',
      rule({ when: 'finding.id.matches("(a{1,1000}){1,1000}")' }),
      ['policy.yaml:5:30: no regular expression: expression too large'],
    ],
    [
      'reserved word',
      rule({ scope: 'package', when: 'package.name == "x"' }),
      [
        'policy.yaml:5:11: the expression cannot be read: "package" is a reserved word (in scope package the variable is pkg)',
      ],
    ],
    [
      'message',
      rule({ message: '"{finding.nmae} x"' }),
      [
        'policy.yaml:7:24: unknown field "nmae" of finding; there are id, aliases, advisories, kind, severity, level, severitySource, title, published, ageDays, ageKnown, knownDays, dateKnown, isNew, firstSeenDays, firstSeenKnown, package, inBase, inBaseKnown, inBaseClaimed, code, fix, risk',
      ],
    ],
    [
      'message with an object',
      rule({ message: '"{finding.risk}"' }),
      ['policy.yaml:7:16: a message cannot hold object; name one of its fields'],
    ],
    [
      'message with a lone brace',
      rule({ message: '"a {finding.id"' }),
      ['policy.yaml:7:17: a brace without its partner; write {{ or }} for the character itself'],
    ],
    [
      'per outside of image',
      rule({ per: 'package' }),
      ['policy.yaml:8:10: "per" says what image.counts counts and is for scope image alone'],
    ],
    [
      'id twice',
      `${rule()}  - id: r\n    scope: image\n    when: "true"\n    action: warn\n    message: m\n`,
      ['policy.yaml:8:9: the rule id "r" stands here twice'],
    ],
    ['field twice', `${rule()}name: q\n`, ['policy.yaml:8:1: "name" stands here twice']],
    [
      'bad id',
      rule().replace('id: r', 'id: a b'),
      ['policy.yaml:3:9: a rule id has up to 100 letters, digits, dots, hyphens and underscores'],
    ],
    ['no rules', 'name: p\nrules: []\n', ['policy.yaml:2:8: a policy without rules would let every image pass']],
    ['nothing', '', ['policy.yaml:1:1: the file is empty']],
    ['no mapping', '- a\n', ['policy.yaml:1:1: a policy must be a mapping of fields']],
    ['no YAML', 'name: "p\n', ['policy.yaml:2:1: this is no YAML: Missing closing "quote']],
    ['two documents', `${rule()}---\nname: q\n`, ['policy.yaml:8:1: the file holds more than one document']],
    [
      'every problem at once',
      'rules:\n  - id: r\n    scope: image\n    when: image.cont.high > 1\n    action: x\n',
      [
        'policy.yaml:1:1: the policy has no "name"',
        'policy.yaml:2:5: rule "r" has no "message"',
        'policy.yaml:4:17: unknown field "cont" of image; did you mean "counts"?',
        'policy.yaml:5:13: "x" is no action; there are deny, warn',
      ],
    ],
  ])('%s', (_what, text, expected) => {
    expect(problems(text)).toEqual(expected);
  });
});

describe('hostile policies', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...Array.from({ length: 26 }, (_, i) => {
      const [name, before] = [String.fromCharCode(98 + (i % 25)), String.fromCharCode(97 + (i % 25))];
      return `${name}${i}: &${name}${i} [${`*${i === 0 ? 'a' : `${before}${i - 1}`},`.repeat(9).slice(0, -1)}]`;
    }),
  ].join('\n');
  const nesting = 200_000;
  it.each([
    ['10 MB', 'x'.repeat(10_000_000), 'the file has 10000000 characters; 262144 are allowed'],
    ['aliases of aliases', bomb, 'unknown field'],
    [
      'aliases of aliases, where they are read',
      `x: &x a\n${rule({ controls: `[${'*x,'.repeat(5000)}]` })}`,
      'the file uses too many aliases',
    ],
    ['an anchor inside itself', 'name: p\nrules: &r [*r]\n', ' must be a mapping of fields'],
    ['deep flow lists', '['.repeat(nesting), 'nested more than 20 deep'],
    ['deep flow mappings', '{a: '.repeat(nesting / 4), 'nested more than 20 deep'],
    ['deep block lists', '- '.repeat(nesting / 2), 'nested more than 20 deep'],
    ['deep explicit keys', '? '.repeat(nesting / 2), 'nested more than 20 deep'],
    ['many keys', Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join('\n'), 'more problems'],
    ['many documents', '---\n'.repeat(50_000), 'more than one document'],
    ['many quotes', '"'.repeat(200_000), 'this is no YAML'],
    [
      'a long expression',
      rule({ when: `finding.level > 1${' || true'.repeat(1000)}` }),
      'characters; 2000 are allowed',
    ],
    ['a deep expression', rule({ when: `"${'!'.repeat(1990)}true"` }), 'Exceeded max'],
    ['an expression of many parts', rule({ when: `"${'1+'.repeat(900)}1 > 1"` }), 'Exceeded max'],
    [
      'loops in loops',
      rule({ scope: 'config', when: 'config.ports.all(a, config.ports.all(b, config.ports.all(c, a + b + c > 0)))' }),
      'all() is nested more than 2 deep',
    ],
    ['NUL', 'name: \0\0', 'policy.yaml:'],
  ])('%s', (_what, text, expected) => {
    expect(problems(text).join('\n')).toContain(expected);
  });
});
