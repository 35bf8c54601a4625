import { createHash } from 'node:crypto';
import { isScalar, parseDocument, visit } from 'yaml';
import { parseExpression } from './cel-parse.ts';
import { type PlainTrees, plainTree } from './cel-tree.ts';
import { policyOf } from './policy-file.ts';

/** A policy that ships with the product. */
export interface Pack {
  /** of its text */
  readonly digest: string;
  /** what its text says, for a `PlainReader` */
  readonly value: unknown;
  /** of its expressions */
  readonly trees: PlainTrees;
}

/** A pack with its text, which is a policy file. */
interface YamlPack extends Pack {
  readonly text: string;
}

/**
 * A pack of its text. The bundle holds what this gives for each pack, so that judging by packs parses neither YAML nor CEL, nor
 * loads what does (`scripts/bundle-options.mjs`).
 */
export function yamlPack(text: string): YamlPack {
  return {
    text,
    digest: `sha256:${createHash('sha256').update(text).digest('hex')}`,
    get value() {
      return plainValue(text);
    },
    get trees() {
      return plainTrees(plainValue(text));
    },
  };
}

/** @throws Error for what is no YAML, and for a number that JavaScript writes in another way, such as `1.10` */
function plainValue(text: string): unknown {
  const document = parseDocument(text, { schema: 'core', stringKeys: true });
  const [error] = document.errors;
  if (error !== undefined) throw error;
  visit(document, {
    Scalar(_key, node) {
      if (!isScalar(node) || typeof node.value === 'string' || String(node.value) === node.source) return;
      throw new Error(`quote ${node.source}, which would become ${String(node.value)}`);
    },
  });
  return document.toJS();
}

/** Of all expressions that reading the policy asks for. */
function plainTrees(value: unknown): PlainTrees {
  const trees: Record<string, PlainTrees[string]> = {};
  policyOf(value, 'pack', (text) => {
    const tree = parseExpression(text);
    if (!('message' in tree)) trees[text] = plainTree(tree);
    return tree;
  });
  return trees;
}
