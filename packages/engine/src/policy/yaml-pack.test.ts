import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ASTNode } from '@marcbachmann/cel-js';
import { describe, expect, it } from 'vitest';
import type { Node } from 'yaml';
import { parseExpression } from './cel-parse.ts';
import { parserOf, plainTree } from './cel-tree.ts';
import { loadPolicy } from './load-policy.ts';
import { loadPack, packDigest, packNames } from './packs.ts';
import { PlainReader } from './plain-reader.ts';
import { yamlPack } from './yaml-pack.ts';
import { YamlReader } from './yaml-reader.ts';

const limits = { maxCharacters: 262_144, maxDepth: 20, maxAliases: 100, maxProblems: 50 };
const folder = join(import.meta.dirname, 'packs');

/** What the two readers see of the same file: names, lengths, texts and values, in the order of the file. */
function seen(text: string) {
  const yaml = new YamlReader(text, 'pack', limits);
  const plain = new PlainReader('pack', parseExpression);
  const [read, value]: [unknown[], unknown[]] = [[], []];
  const walk = (at: Node, of: unknown) => {
    if (yaml.isMapping(at)) {
      const [left, right] = [yaml.freeMapping(at, 'it')!.entries, plain.freeMapping(of, 'it').entries];
      read.push([...left.keys()]);
      value.push([...right.keys()]);
      for (const [name, node] of left) walk(node, right.get(name));
    } else if (yaml.isList(at)) {
      const [left, right] = [yaml.list(at, 'it'), plain.list(of, 'it')];
      read.push(left.length);
      value.push(right.length);
      for (const [index, node] of left.entries()) walk(node, right[index]);
    } else {
      const scalar = yaml.scalar(at, 'it');
      read.push(scalar === '' ? scalar : [scalar, yaml.text(at, 'it')]);
      value.push(of === '' ? of : [plain.scalar(of, 'it'), plain.text(of, 'it')]);
    }
  };
  walk(yaml.root()!, yamlPack(text).value);
  yaml.finish('POLICY_INVALID');
  return { read, value };
}

/** Of a tree what is compiled, in the parser's own values. */
function nodesOf(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(nodesOf);
  if (typeof part !== 'object' || part === null || !('op' in part)) return part;
  const { op, args, start, end } = part as ASTNode;
  return { op, args: nodesOf(args), start, end };
}

describe.each(readdirSync(folder))('packs/%s', async (file) => {
  const [pack] = Object.values<ReturnType<typeof yamlPack>>(await import(join(folder, file)));
  const { text, digest } = pack!;

  it('holds in its value what its text says', () => {
    const { read, value } = seen(text);
    expect(read.length).toBeGreaterThan(10);
    expect(value).toEqual(read);
  });

  it('holds the trees of its expressions as they are parsed', () => {
    const { trees } = JSON.parse(JSON.stringify(pack));
    expect(Object.keys(trees).length).toBeGreaterThan(1);
    for (const expression of Object.keys(trees)) {
      expect(parserOf(trees)(expression)).toEqual(nodesOf(parseExpression(expression)));
    }
  });

  it('is the same policy by its value as by its text', () => {
    const policy = loadPolicy(text, file);
    expect(packDigest(policy.name)).toBe(digest);
    expect(JSON.stringify(loadPack(policy.name))).toBe(JSON.stringify(policy));
    expect(packNames).toContain(policy.name);
  });
});

it('what would be written in another way as a value must be quoted', () => {
  expect(() => yamlPack('version: 1.10').value).toThrow('quote 1.10, which would become 1.1');
  expect(() => yamlPack('id: ~').value).toThrow('quote ~');
  expect(yamlPack('version: "1.10"\nn: 7.5\non: true').value).toEqual({ version: '1.10', n: 7.5, on: true });
});

it('faults of a value are told as those of the program', () => {
  const reader = new PlainReader('pack:x', parseExpression);
  expect(() => reader.mapping({ name: 'p', x: 1 }, 'a policy', ['name'])).toThrow(
    'pack:x: a policy has an unknown field "x"',
  );
  for (const wrong of [null, ['a'], 'a']) expect(() => reader.freeMapping(wrong, 'it')).toThrow('it is no mapping');
  expect(() => reader.list({}, 'it')).toThrow('it is no list');
  for (const wrong of [null, undefined, {}]) expect(() => reader.text(wrong, 'it')).toThrow('it is no text');
  expect(() => reader.text(' ', 'it')).toThrow('it is empty');
  expect(() => reader.choice('den', 'action', ['deny', 'warn'])).toThrow('"den" is no action');
});

it('trees hold whole numbers, fractions, texts and truth values as JSON, and nothing else', () => {
  const text =
    'a.b == 9007199254740993 && [1.5, -2][0] > 0.5 && has(c.d) && e.exists(x, x == "y\\n" || !x) ? true : null';
  const trees = JSON.parse(JSON.stringify({ [text]: plainTree(parseExpression(text) as ASTNode) }));
  expect(parserOf(trees)(text)).toEqual(nodesOf(parseExpression(text)));
  expect(() => parserOf(trees)('toString')).toThrow('"toString" was not parsed');
  for (const odd of ['b"x"', '1u']) expect(() => plainTree(parseExpression(odd) as ASTNode)).toThrow('JSON');
});
