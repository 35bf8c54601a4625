import * as z from 'zod/mini';
import { isCve, notThisFeed, type ReadContext, reject, type Statement } from '../feed.ts';
import { schemaReason } from './osv-zip.ts';

const secdb = z.object({ packages: z.array(z.unknown()) });

const secdbPackage = z.object({
  pkg: z.object({
    name: z.string(),
    secfixes: z.optional(z.nullable(z.record(z.string(), z.nullable(z.array(z.string()))))),
  }),
});

/** One vulnerability by its names, and the bulletins that name it beside others. */
export interface Named {
  readonly id: string;
  /** sorted */
  readonly aliases: readonly string[];
  /** sorted */
  readonly bulletins: readonly string[];
}

/** Reads the lines below one version: the vulnerabilities that they name, and lines that name none. */
export type NamesOf = (lines: readonly string[]) => {
  readonly named: readonly Named[];
  readonly bad: readonly string[];
};

/**
 * Reads a database in Alpine's form: per origin package the versions that fix something, and what they fix.
 * @param source who says so, for the records
 * @returns packages that it names; undefined: the file is not there
 * @see https://secdb.alpinelinux.org/
 */
export async function readSecdb(
  context: ReadContext,
  shard: string,
  url: string,
  source: string,
  namesOf: NamesOf,
): Promise<number | undefined> {
  const value = await context.json(url);
  if (value === undefined) return undefined;
  const database = z.safeParse(secdb, value);
  if (!database.success) throw notThisFeed(url, schemaReason(database.error));
  context.sink.touch(shard, 'advisories');
  for (const entry of database.data.packages) {
    const parsed = z.safeParse(secdbPackage, entry);
    if (!parsed.success) {
      reject(context.tally, url, schemaReason(parsed.error));
      continue;
    }
    const { name, secfixes } = parsed.data.pkg;
    for (const [version, lines] of Object.entries(secfixes ?? {})) {
      const { named, bad } = namesOf(lines ?? []);
      context.tally.read += named.length + bad.length;
      for (const line of bad) reject(context.tally, `${name} ${line}`, 'names no vulnerability');
      for (const each of named) context.sink.statement(shard, secfix(source, name, version, each));
    }
  }
  return database.data.packages.length;
}

/** Version `0` is the word for "never affected". A fix has no date here. */
function secfix(source: string, name: string, version: string, { id, aliases, bulletins }: Named): Statement {
  const affected = version !== '0';
  return {
    ids: [id],
    source,
    aliases,
    bulletins,
    package: name,
    scheme: 'apk',
    ranges: affected ? [{ introduced: null, fixed: version, lastAffected: null }] : [],
    versions: [],
    status: affected ? 'affected' : 'not-affected',
    labels: [],
    cvss: [],
    published: null,
    modified: null,
    fixedSince: null,
    malicious: false,
    cwes: [],
  };
}

/** Databases that give each vulnerability an id of its own, as CVE does. */
const sameVulnerability = /^(?:CVE|GHSA|RUSTSEC|PYSEC|GO)-/;

/** Alpine: every line is one vulnerability, by one or several names. */
export function namedInLines(lines: readonly string[]): ReturnType<NamesOf> {
  const named: Named[] = [];
  const bad: string[] = [];
  for (const line of lines) {
    const [id, ...others] = idsOf(line);
    if (id === undefined) {
      bad.push(line);
      continue;
    }
    // what a vendor writes beside a CVE (XSA, GNUTLS-SA, VSV …) is a bulletin, and often on several of them
    const bulletins = isCve(id) ? others.filter((other) => !sameVulnerability.test(other)) : [];
    named.push({ id, aliases: others.filter((other) => !bulletins.includes(other)).sort(), bulletins });
  }
  return { named, bad };
}

/**
 * Wolfi and Chainguard: every name has a line of its own, and a vulnerability that has a CVE and a GHSA has both, with
 * nothing that ties them. Where a version fixes at least as many CVEs as GHSAs, the GHSAs are taken as other names of
 * those CVEs: they stand beside them, as a bulletin does. Where there are more, each counts for itself.
 */
export function namedOneByOne(lines: readonly string[]): ReturnType<NamesOf> {
  const { named, bad } = namedInLines(lines);
  const cves = named.filter(({ id }) => isCve(id));
  const ghsas = named.filter(({ id }) => id.startsWith('GHSA-')).map(({ id }) => id);
  if (ghsas.length === 0 || ghsas.length > cves.length) return { named, bad };
  const beside = ghsas.sort();
  return {
    named: named
      .filter(({ id }) => !id.startsWith('GHSA-'))
      .map((each) =>
        isCve(each.id) ? { ...each, bulletins: [...new Set([...each.bulletins, ...beside])].sort() } : each,
      ),
    bad,
  };
}

const word = /^[A-Za-z0-9][A-Za-z0-9._:-]{3,60}$/;

/**
 * One line names one vulnerability by one or several ids: `CVE-2017-2620 XSA-209`, `CVE-2020-1 (+)`. Slips of the pen
 * (`CVE_2019-2426`, `CVE 2025-1234`, lower case) are read as what they mean.
 */
export function idsOf(line: string): string[] {
  const words = line
    .replace(/\bCVE[ _-](?=\d{4}-\d)/gi, 'CVE-')
    .split(/[\s,;()+]+/)
    .filter((part) => word.test(part) && /\d|^GHSA-/.test(part))
    .map((part) => (/^cve-/i.test(part) ? part.toUpperCase() : part));
  return [...new Set(words)].sort((a, b) => Number(isCve(b)) - Number(isCve(a)) || (a < b ? -1 : 1));
}
