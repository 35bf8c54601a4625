/** A licence expression, taken apart. */
export type LicenseNode =
  | {
      readonly kind: 'id';
      /** of the SPDX list, or `LicenseRef-…` */
      readonly id: string;
      /** it is `id+` */
      readonly orLater: boolean;
      /** of the SPDX list */
      readonly exception: string | null;
    }
  /** words that name no licence of the SPDX list */
  | {
      readonly kind: 'text';
      readonly text: string;
      /** what the words add something to, which SPDX has no identifier for: `GPL-2+ with OpenSSL exception` */
      readonly base: LicenseNode | null;
    }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly LicenseNode[] };

export function licenseId(id: string, exception: string | null = null, orLater = false): LicenseNode {
  return { kind: 'id', id, orLater, exception };
}

/** One node for all parts, each different one once; null of none. */
export function joined(kind: 'and' | 'or', parts: readonly LicenseNode[]): LicenseNode | null {
  const distinct = new Map<string, LicenseNode>();
  for (const part of parts) {
    for (const each of 'parts' in part && part.kind === kind ? part.parts : [part])
      distinct.set(JSON.stringify(each), each);
  }
  const [first, ...rest] = distinct.values();
  return first === undefined ? null : rest.length === 0 ? first : { kind, parts: [first, ...rest] };
}

/** The leaves, from left to right. */
export function* leaves(node: LicenseNode): Generator<Exclude<LicenseNode, { kind: 'and' | 'or' }>> {
  if ('parts' in node) for (const part of node.parts) yield* leaves(part);
  else yield node;
}

/**
 * The SPDX expression.
 *
 * @param refOf the `LicenseRef-…` for words that name no licence of the SPDX list
 */
export function expressionText(node: LicenseNode, refOf: (text: string) => string): string {
  if (node.kind === 'text') return refOf(node.text);
  if (node.kind === 'id') {
    return `${node.id}${node.orLater ? '+' : ''}${node.exception === null ? '' : ` WITH ${node.exception}`}`;
  }
  const parts = node.parts.map((part) => {
    const text = expressionText(part, refOf);
    return 'parts' in part ? `(${text})` : text;
  });
  return parts.join(node.kind === 'and' ? ' AND ' : ' OR ');
}
