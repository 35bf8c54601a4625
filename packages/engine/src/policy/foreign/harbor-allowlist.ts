import { PolicyError } from '../error.ts';
import { lastWholeDayBefore, vulnerabilityEntry } from './foreign-entry.ts';
import type { ForeignFormat } from './foreign-format.ts';
import { isObject, type JsonObject, objects, parseJson, textIn } from './foreign-json.ts';

/**
 * A CVE allowlist of Harbor as its API gives it: the system's, or that of a project (also within the project).
 *
 * @see https://goharbor.io/docs/latest/working-with-projects/project-configuration/configure-project-allowlist/
 */
export const harborAllowlist: ForeignFormat = {
  name: 'harbor',
  of: 'Harbor',
  isNamed: () => false,
  looksLike: (text) => /^\s*\{/.test(text) && /"(?:cve_id|cve_allowlist|cve_whitelist)"/.test(text),
  read(text, source) {
    const root = parseJson(text, source);
    const list = allowlist(root);
    if (list === null) throw invalid(`${source}: there is no list "items" of a CVE allowlist`);
    const { expires_at: end } = list;
    const expires = end === undefined || end === null || end === 0 ? null : endOf(end);
    if (expires === undefined) throw invalid(`${source}: expires_at must be a number of seconds since 1970`);
    return objects(list.items).map((item, index) => {
      const id = textIn(item, 'cve_id');
      if (id === null) throw invalid(`${source}: item ${index + 1} has no "cve_id"`);
      return vulnerabilityEntry(id, `${source}#${index + 1}`, { expires });
    });
  },
};

function allowlist(root: unknown): JsonObject | null {
  if (!isObject(root)) return null;
  const inner = root.cve_allowlist ?? root.cve_whitelist ?? root;
  return isObject(inner) && Array.isArray(inner.items) ? inner : null;
}

function endOf(seconds: unknown): string | undefined {
  return typeof seconds === 'number' ? (lastWholeDayBefore(seconds * 1000) ?? undefined) : undefined;
}

function invalid(problem: string): PolicyError {
  return new PolicyError('EXCEPTIONS_INVALID', [problem]);
}
