// What the vendors' texts say of a row of labels.tsv: `{ tool, statement, cites }`. The texts are read from a mirror of upstream
// hosts with tar, unzip and JSON alone, none of the product's readers.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const debianReleases = { 9: 'stretch', 10: 'buster', 11: 'bullseye', 12: 'bookworm' };
const osv = 'osv-vulnerabilities.storage.googleapis.com';
const lists = 'salsa.debian.org/security-tracker-team/security-tracker/-/raw/master/data';
const wide = { encoding: 'utf8', maxBuffer: 1 << 30 };

/**
 * @param mirror folder with `HOST/PATH` of each text
 * @param higher whether the second of two versions is the higher one, by the native tool
 * @returns of a row what its vendor says
 */
export function vendorTexts(mirror, higher) {
  const readers = {
    deb: once(() => debian(mirror, higher)),
    apk: once(() => alpine(mirror)),
    rpm: once(() => alma(mirror)),
    npm: once(() => securityWorkingGroup(mirror)),
    golang: once(() => osvOf(mirror, 'Go', 'GO-', semverRange, 'npm')),
    pypi: once(() => osvOf(mirror, 'PyPI', 'PYSEC-', pypiRange, 'packaging')),
    gem: once(() => yamlOf(mirror, 'github.com/rubysec/ruby-advisory-db', gem)),
    composer: once(() => yamlOf(mirror, 'github.com/FriendsOfPHP/security-advisories', composer)),
  };
  return (row) => readers[row.type]()(row);
}

function once(make) {
  let made;
  return () => {
    made ??= make();
    return made;
  };
}

/** Bulletins by source, release and CVE; the highest fix counts, as Debian's tracker has it. */
function debian(mirror, higher) {
  const bulletins = [];
  for (const kind of ['DSA', 'DLA'])
    for (const line of readFileSync(join(mirror, lists, kind, 'list'), 'utf8').split('\n')) {
      const head = /^\[[^\]]+\] (D[SL]A-\S+)/.exec(line);
      if (head) bulletins.push({ id: head[1], cves: [], fixes: [] });
      const bulletin = bulletins.at(-1);
      const cves = /^\t\{(.*)\}/.exec(line);
      if (cves) bulletin.cves.push(...cves[1].trim().split(/\s+/));
      const fix = /^\t\[(\w+)\] - (\S+) (\S+)/.exec(line);
      if (fix) bulletin.fixes.push({ release: fix[1], source: fix[2], version: fix[3] });
    }
  return ({ distro, source, vulnerability }) => {
    const release = debianReleases[distro.split(':')[1]];
    const about = bulletins.filter(({ cves }) => cves.includes(vulnerability));
    let best;
    for (const { id, fixes } of about)
      for (const fix of fixes.filter((each) => each.release === release && each.source === source))
        if (best === undefined || higher('dpkg', best.version, fix.version)) best = { ...fix, id };
    if (best === undefined) {
      const named = about.filter(({ fixes }) => fixes.some((each) => each.release === release));
      return { tool: 'the text', statement: 'names other packages', cites: named.map(({ id }) => id) };
    }
    if (!/^\d/.test(best.version))
      return { tool: 'the text', statement: `${best.version} in ${release}`, cites: best.id };
    return { tool: 'dpkg', statement: `< ${best.version}`, cites: best.id };
  };
}

function alpine(mirror) {
  const files = new Map();
  const read = (release, repository) => {
    const path = join(mirror, `secdb.alpinelinux.org/v${release}/${repository}.json`);
    if (!files.has(path)) files.set(path, JSON.parse(readFileSync(path, 'utf8')).packages);
    return files.get(path);
  };
  return ({ distro, source, vulnerability }) => {
    const release = distro.split(':')[1];
    for (const repository of ['main', 'community']) {
      const fixes = read(release, repository)
        .filter(({ pkg }) => pkg.name === source)
        .flatMap(({ pkg }) => Object.entries(pkg.secfixes))
        .filter(([, ids]) => ids.some((id) => id.split(/\s+/).includes(vulnerability)));
      const [fixed] = fixes[0] ?? [];
      if (fixed === undefined) continue;
      const cites = `secfixes of ${source}, ${repository} ${release}`;
      return fixed === '0'
        ? { tool: 'the text', statement: 'never affected', cites }
        : { tool: 'apk', statement: `< ${fixed}`, cites };
    }
  };
}

function alma(mirror) {
  const records = osvRecords(mirror, 'AlmaLinux', 'ALSA-');
  return ({ distro, name, vulnerability, cites }) => {
    const ecosystem = `AlmaLinux:${distro.split(':')[1]}`;
    const record = records.get(cites);
    if (!record?.related?.includes(vulnerability)) return undefined;
    const about = record.affected.filter(({ package: of }) => of.ecosystem === ecosystem && of.name === name);
    const fixed = about.flatMap(({ ranges }) =>
      ranges.flatMap(({ events }) => events.flatMap((event) => event.fixed ?? [])),
    );
    return { tool: 'rpm', statement: `< ${fixed[0]}`, cites };
  };
}

function securityWorkingGroup(mirror) {
  const archive = newest(mirror, 'github.com/nodejs/security-wg');
  const members = tarMembers(archive, /\/vuln\/npm\/\d+\.json$/).map((text) => JSON.parse(text));
  const byId = new Map(members.map((record) => [`nodejs/security-wg vuln/npm/${record.id}.json`, record]));
  return ({ name, vulnerability, cites }) => {
    const record = byId.get(cites);
    if (record?.module_name !== name || !record.cves?.includes(vulnerability)) return undefined;
    return { tool: 'npm', statement: record.vulnerable_versions, cites };
  };
}

/** Records of an OSV archive that other people than OSV wrote. */
function osvOf(mirror, ecosystem, prefix, range, tool) {
  const records = osvRecords(mirror, ecosystem, prefix);
  return ({ name, vulnerability, cites }) => {
    const record = records.get(cites);
    if (!record?.aliases?.includes(vulnerability)) return undefined;
    const ranges = record.affected
      .filter(({ package: of }) => of.name === name)
      .flatMap((each) => each.ranges.filter(({ type }) => type !== 'GIT'))
      .flatMap(({ events }) => boundsOf(events));
    return { tool, statement: ranges.map(range).join(' || '), cites };
  };
}

/** `[from, before]` of each range; null is no bound. */
function boundsOf(events) {
  const bounds = [];
  for (const { introduced, fixed } of events) {
    if (introduced !== undefined) bounds.push([introduced === '0' ? null : introduced, null]);
    else if (fixed !== undefined) bounds.at(-1)[1] = fixed;
  }
  return bounds;
}

const parts = ([from, before]) => [from === null ? [] : [`>=${from}`], before === null ? [] : [`<${before}`]].flat();
const semverRange = (bounds) => parts(bounds).join(' ') || '*';
const pypiRange = (bounds) => parts(bounds).join(',') || '>=0';

function yamlOf(mirror, repository, describe) {
  const archive = newest(mirror, repository);
  const name = repository.slice('github.com/'.length);
  const known = new Map();
  return (row) => {
    const path = row.cites.slice(name.length + 1);
    if (!known.has(path)) known.set(path, parse(tarMembers(archive, undefined, path)[0]));
    return describe(known.get(path), row);
  };
}

function gem(text, { name, vulnerability, cites }) {
  if (text.gem !== name || `CVE-${text.cve}` !== vulnerability) return undefined;
  const right = [...(text.patched_versions ?? []), ...(text.unaffected_versions ?? [])];
  return { tool: 'ruby', statement: `not ${right.join(' or ')}`, cites };
}

function composer(text, { name, vulnerability, cites }) {
  if (text.reference !== `composer://${name}` || text.cve !== vulnerability) return undefined;
  const branches = Object.values(text.branches).map(({ versions }) => versions.join(','));
  return { tool: 'composer', statement: branches.join(' || '), cites };
}

function osvRecords(mirror, ecosystem, prefix) {
  // `[` would be a pattern of unzip's
  const text = execFileSync('unzip', ['-p', join(mirror, osv, ecosystem, 'all.zip'), `${prefix}*.json`], wide);
  return new Map(jsonValues(text).map((record) => [record.id, record]));
}

/** JSON objects that follow each other. */
function jsonValues(text) {
  const values = [];
  let depth = 0;
  let start = 0;
  let inText = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (inText) {
      if (char === '\\') at++;
      else if (char === '"') inText = false;
    } else if (char === '"') inText = true;
    else if (char === '{') {
      if (depth++ === 0) start = at;
    } else if (char === '}' && --depth === 0) values.push(JSON.parse(text.slice(start, at + 1)));
  }
  return values;
}

function newest(mirror, repository) {
  const folder = join(mirror, repository, 'archive/refs/heads');
  return join(folder, readdirSync(folder).sort().at(-1));
}

const listed = new Map();

function tarMembers(archive, pattern, path) {
  if (!listed.has(archive)) listed.set(archive, execFileSync('tar', ['-tzf', archive], wide).split('\n'));
  const names = listed
    .get(archive)
    .filter((name) => (path === undefined ? pattern.test(name) : name.endsWith(`/${path}`)));
  if (names.length === 0) throw new Error(`${archive} has no ${path ?? pattern}`);
  const text = execFileSync('tar', ['-xzOf', archive, ...names], wide);
  return path === undefined ? jsonValues(text).map((value) => JSON.stringify(value)) : [text];
}
