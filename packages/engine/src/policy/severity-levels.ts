import type { ASTNode } from '@marcbachmann/cel-js';
import { severities } from '../advisories/types.ts';

/**
 * Levels (0 for Unknown … 5 for Critical) that a finding must have for a condition to hold, by those of its parts that all must
 * hold (`finding.severity == "High" && …`); null: the condition says nothing of it. A part that is false decides, whether or
 * not another has a value, so that other findings need not be asked.
 */
export function severityLevels(tree: ASTNode): readonly boolean[] | null {
  if (tree.op === '&&') {
    const [left, right] = tree.args.map(severityLevels);
    if (!left || !right) return left ?? right ?? null;
    return left.map((holds, level) => holds && right[level] === true);
  }
  const { op } = tree;
  if (op !== '==' && op !== '!=' && op !== '<' && op !== '<=' && op !== '>' && op !== '>=' && op !== 'in') return null;
  const [left, right] = tree.args;
  const field = fieldOfFinding(left);
  if (field === null) return null;
  const levels = op === 'in' ? elements(right).map((each) => levelOf(field, each)) : [levelOf(field, right)];
  if (levels.length === 0 || levels.includes(null)) return null;
  const [first] = levels as readonly number[];
  return severities.map((_, level) => (op === 'in' ? levels.includes(level) : compare(op, level, first!)));
}

type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

function compare(op: Comparison, level: number, with_: number): boolean {
  switch (op) {
    case '==':
      return level === with_;
    case '!=':
      return level !== with_;
    case '<':
      return level < with_;
    case '<=':
      return level <= with_;
    case '>':
      return level > with_;
    case '>=':
      return level >= with_;
  }
}

function fieldOfFinding(node: ASTNode): 'severity' | 'level' | null {
  if (node.op !== '.') return null;
  const [of, field] = node.args;
  if (of.op !== 'id' || of.args !== 'finding') return null;
  return field === 'severity' || field === 'level' ? field : null;
}

function elements(node: ASTNode): readonly ASTNode[] {
  return node.op === 'list' ? node.args : [];
}

/** Null for what is no constant of that field. */
function levelOf(field: 'severity' | 'level', node: ASTNode): number | null {
  if (node.op !== 'value') return null;
  const { args: value } = node;
  if (field === 'level') return typeof value === 'bigint' || typeof value === 'number' ? Number(value) : null;
  const level = (severities as readonly unknown[]).indexOf(value);
  return level < 0 ? null : level;
}
