import type { AdvisoryRecord, Statement } from '../advisories/types.ts';

/**
 * The records of everything that names one of the vulnerabilities which the chosen statements are about, by id or alias, also
 * over several steps: all that grouping can put together with them. What speaks of others costs no record: a kernel's
 * thousands are fixed in most images.
 *
 * @param statements of one package in one shard
 * @returns record → its statement, in the order of the statements
 */
export function relatedRecords(
  statements: readonly Statement[],
  chosen: { has(statement: Statement): boolean },
): ReadonlyMap<AdvisoryRecord, Statement> {
  const names = namesJoinedTo(statements, chosen);
  const found = new Map<AdvisoryRecord, Statement>();
  for (const statement of statements) {
    const joined = statement.aliases.some((alias) => names.has(alias));
    for (const id of statement.ids) if (joined || names.has(id)) found.set(recordOf(statement, id), statement);
  }
  return found;
}

function namesJoinedTo(
  statements: readonly Statement[],
  chosen: { has(statement: Statement): boolean },
): ReadonlySet<string> {
  const names = new Set<string>();
  for (const statement of statements) {
    if (!chosen.has(statement)) continue;
    for (const id of statement.ids) names.add(id);
    for (const alias of statement.aliases) names.add(alias);
  }
  // only what has further names can lead on
  const byName = new Map<string, Statement[]>();
  for (const statement of statements) {
    if (statement.aliases.length === 0) continue;
    for (const name of [...statement.ids, ...statement.aliases]) {
      const same = byName.get(name);
      if (same === undefined) byName.set(name, [statement]);
      else same.push(statement);
    }
  }
  const walked = new Set<Statement>();
  // a set that grows while it is walked is walked to its end
  for (const name of names) {
    for (const statement of byName.get(name) ?? []) {
      if (walked.has(statement)) continue;
      walked.add(statement);
      for (const id of statement.ids) names.add(id);
      for (const alias of statement.aliases) names.add(alias);
    }
    byName.delete(name);
  }
  return names;
}

/** What the statement says of one of its vulnerabilities. Field by field, since in a program that has just begun a spread costs twice as much. */
function recordOf(of: Statement, id: string): AdvisoryRecord {
  if (of.channel !== undefined || of.module !== undefined || of.arches !== undefined || of.imports !== undefined) {
    const { ids: _, ...rest } = of;
    return { id, ...rest };
  }
  return {
    id,
    source: of.source,
    aliases: of.aliases,
    bulletins: of.bulletins,
    package: of.package,
    scheme: of.scheme,
    ranges: of.ranges,
    versions: of.versions,
    status: of.status,
    labels: of.labels,
    cvss: of.cvss,
    published: of.published,
    modified: of.modified,
    fixedSince: of.fixedSince,
    malicious: of.malicious,
    cwes: of.cwes,
  };
}
