import type { Node } from 'yaml';
import { type YamlLimits, YamlReader } from '../yaml-reader.ts';
import { type Given, given } from './given-facts.ts';
import { date, listOf, number, oneOf, record, type Shaped, scalarOr, text } from './shapes.ts';

const limits: YamlLimits = { maxCharacters: 1_048_576, maxDepth: 30, maxAliases: 1000, maxProblems: 50 };
const maxCases = 1000;

const expectedRule = record({
  id: text,
  action: oneOf(['deny', 'warn']),
  /** part of its message */
  message: text,
  /** ids of the findings that broke it, in any order */
  findings: listOf(text),
});

const expected = record({
  result: oneOf(['pass', 'warn', 'fail']),
  exitCode: number,
  /** exactly these decided, in any order */
  rules: listOf(scalarOr(text, expectedRule)),
  /** these decided, whatever else did */
  includes: listOf(scalarOr(text, expectedRule)),
  /** these did not */
  excludes: listOf(text),
  /** ids of findings that something suppressed, in any order */
  suppressed: listOf(text),
  /** part of the message with which judging fails */
  failure: text,
});

export type Expected = Shaped<typeof expected>;
export type ExpectedRule = Shaped<typeof expectedRule>;

export interface PolicyCase {
  readonly name: string;
  /** `team.test.yaml:12:5` */
  readonly place: string;
  readonly given: Given;
  readonly expect: Expected;
  /** `YYYY-MM-DD` */
  readonly at: string;
}

/** Cases for policies: the facts of an image, and what the policies must say of it. */
export interface PolicyCases {
  readonly source: string;
  /** packs, and files beside this one */
  readonly policies: readonly string[];
  /** `threshold=20` */
  readonly set: readonly string[];
  readonly exceptions: readonly string[];
  readonly vex: readonly string[];
  readonly cases: readonly PolicyCase[];
}

/**
 * Reads a file of cases.
 *
 * @param source what its problems are named after: the path of the file
 * @throws PolicyError `CASES_INVALID` with everything that is wrong, each with line and column
 */
export function readPolicyCases(body: string, source: string): PolicyCases {
  const reader = new YamlReader(body, source, limits);
  const root = reader.root();
  const cases = root && readFile(reader, root);
  reader.finish('CASES_INVALID');
  return cases as PolicyCases;
}

function readFile(reader: YamlReader, root: Node): PolicyCases | undefined {
  const file = reader.mapping(root, 'a file of cases', ['policy', 'set', 'exceptions', 'vex', 'at', 'cases']);
  if (file === undefined) return undefined;
  const { entries } = file;
  const words = (name: string) => {
    const at = entries.get(name);
    return at === undefined ? [] : (reader.texts(at, name) ?? []);
  };
  const [policies, set, exceptions, vex] = ['policy', 'set', 'exceptions', 'vex'].map(words);
  if (!entries.has('policy')) reader.problem(root, 'the file does not say which "policy" its cases are for');
  const day = entries.get('at');
  const at = day === undefined ? undefined : date(reader, day, 'at');
  const casesAt = entries.get('cases');
  const nodes = casesAt === undefined ? [] : reader.list(casesAt, 'cases');
  if (nodes.length === 0) reader.problem(casesAt ?? root, 'the file has no "cases", so that nothing could fail');
  if (nodes.length > maxCases) reader.problem(nodes[maxCases]!, `a file has at most ${maxCases} cases`);
  const cases = nodes.slice(0, maxCases).map((node) => readCase(reader, node, at));
  return {
    source: reader.source,
    policies: policies ?? [],
    set: set ?? [],
    exceptions: exceptions ?? [],
    vex: vex ?? [],
    cases: cases.filter((each) => each !== undefined),
  };
}

const caseFields = { name: text, given, expect: expected, at: date };

function readCase(reader: YamlReader, node: Node, day: string | undefined): PolicyCase | undefined {
  const read = record(caseFields)(reader, node, 'a case');
  if (read === undefined) return undefined;
  const { name, given: facts = {}, expect } = read;
  if (name === undefined) reader.problem(node, 'the case has no "name"');
  const at = read.at ?? day;
  // what is expected of an image must not change overnight
  if (at === undefined) reader.problem(node, 'neither the case nor the file says on which day it judges ("at")');
  if (expect === undefined || Object.keys(expect).length === 0) {
    reader.problem(node, 'the case expects nothing ("expect"), so that it could not fail');
  }
  if (name === undefined || at === undefined || expect === undefined) return undefined;
  return { name, place: reader.place(node), given: facts, expect, at };
}
