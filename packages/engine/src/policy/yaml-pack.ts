import { createHash } from 'node:crypto';
import { isScalar, parseDocument, visit } from 'yaml';

/** A policy that ships with the product. */
export interface Pack {
  /** of its text */
  readonly digest: string;
  /** what its text says, for a `PlainReader` */
  readonly value: unknown;
}

/** A pack with its text, which is a policy file. */
interface YamlPack extends Pack {
  readonly text: string;
}

/**
 * A pack of its text. The bundle holds what this gives for each pack, so that judging by packs parses no YAML, nor loads what
 * does (`scripts/bundle-options.mjs`).
 */
export function yamlPack(text: string): YamlPack {
  return {
    text,
    digest: `sha256:${createHash('sha256').update(text).digest('hex')}`,
    get value() {
      return plainValue(text);
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
