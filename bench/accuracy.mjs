// How exact the matching is: `npm run accuracy -- --feeds DIR` (a mirror of the upstream feeds) or `--db-dir DIR` (a database
// that is there). Every row of bench/accuracy/labels.tsv, or of --labels FILE, says of one package in one version whether one
// vulnerability affects it, as somebody else decided (bench/accuracy/README.md). Prints precision, recall and F1 for each
// distribution and language, and each row that the program judges otherwise. Ends with 1 where --least F1 is not reached.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = fileURLToPath(new URL('.', import.meta.url));
const launcher = join(here, '../packages/cli/bin/plimsoll.mjs');

/** Rows as objects; lines that begin with `#` are comments. */
export function readLabels(text) {
  const [head, ...lines] = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const names = head.split('\t');
  return lines.map((line) => Object.fromEntries(line.split('\t').map((cell, at) => [names[at], cell])));
}

const segments = (path) => path.split('/').map(encodeURIComponent).join('/');

/** An SBOM with the packages of one distribution, or of all languages. */
function sbomOf(distro, rows) {
  const [id, release] = distro.split(':');
  const components = [...new Map(rows.map((row) => [purlOf(row), row]))].map(([purl, row]) => ({
    type: 'library',
    name: row.name,
    version: row.version,
    purl,
    'bom-ref': purl,
  }));
  const system = { type: 'operating-system', name: id, version: release, 'bom-ref': 'os' };
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    components: distro === '' ? components : [system, ...components],
  };
}

function purlOf({ distro, type, name, version, source }) {
  const [id, release] = distro.split(':');
  const version_ = encodeURIComponent(version);
  if (distro === '') return `pkg:${type}/${segments(type === 'maven' ? name.replace(':', '/') : name)}@${version_}`;
  const upstream = source === '' ? '' : `&upstream=${encodeURIComponent(`${source}@${version}`)}`;
  return `pkg:${type}/${id}/${encodeURIComponent(name)}@${version_}?distro=${id}-${release}${upstream}`;
}

function plimsoll(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  if (status === 2 || status === 3 || status === null) throw new Error(`plimsoll ${args[0]}: ${stderr}`);
  return stdout;
}

/** What the program says of each row: `{ row, said }`. */
export function judge(rows, dbDir, at, folder) {
  return [...Map.groupBy(rows, ({ distro }) => distro)].flatMap(([distro, ofDistro]) => {
    const file = join(folder, 'labels.cdx.json');
    writeFileSync(file, JSON.stringify(sbomOf(distro, ofDistro)));
    const { findings } = JSON.parse(
      plimsoll(['scan', `sbom:${file}`, '--db-dir', dbDir, '--offline', '--at', at, '--no-gate', '--format', 'json']),
    );
    const said = new Set(
      findings.flatMap(({ id, aliases, package: about }) =>
        about === null ? [] : [id, ...aliases].map((name) => `${about.name} ${about.version} ${name}`),
      ),
    );
    return ofDistro.map((row) => ({ row, said: said.has(`${row.name} ${row.version} ${row.vulnerability}`) }));
  });
}

export function score(judged) {
  const count = (label, said) =>
    judged.filter((each) => (each.row.affected === 'true') === label && each.said === said).length;
  const [hit, wrong, missed] = [count(true, true), count(false, true), count(true, false)];
  const precision = hit + wrong === 0 ? 1 : hit / (hit + wrong);
  const recall = hit + missed === 0 ? 1 : hit / (hit + missed);
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { rows: judged.length, hit, wrong, missed, precision, recall, f1 };
}

function main() {
  const { values: options } = parseArgs({
    options: {
      labels: { type: 'string', default: join(here, 'accuracy/labels.tsv') },
      feeds: { type: 'string' },
      'db-dir': { type: 'string' },
      at: { type: 'string', default: new Date().toISOString().slice(0, 10) },
      least: { type: 'string', default: '0' },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-accuracy-'));
  try {
    const dbDir = options['db-dir'] ?? join(folder, 'db');
    if (options.feeds !== undefined)
      plimsoll(['db', 'build', '--quiet', '--mirror', options.feeds, '--as-of', options.at, '--db-dir', dbDir]);
    const judged = judge(readLabels(readFileSync(options.labels, 'utf8')), dbDir, options.at, folder);
    const kinds = Map.groupBy(judged, ({ row }) => row.distro || row.type);
    const percent = (value) => value.toFixed(4).padStart(10);
    console.log(`${'of'.padEnd(16)}  rows  precision     recall         F1`);
    for (const [kind, each] of [...[...kinds].sort(), ['all', judged]]) {
      const { rows, precision, recall, f1 } = score(each);
      console.log(
        `${kind.padEnd(16)}${String(rows).padStart(6)}${percent(precision)} ${percent(recall)} ${percent(f1)}`,
      );
    }
    for (const { row, said } of judged.filter(({ row, said }) => (row.affected === 'true') !== said)) {
      const { distro, type, name, version, vulnerability, affected, tool, statement, cites } = row;
      const where = distro === '' ? type : distro;
      console.log(
        `${said ? 'reported' : 'missed'}: ${where} ${name} ${version} ${vulnerability}: ${affected} by ${tool}, ${statement} (${cites})`,
      );
    }
    return score(judged).f1 >= Number(options.least) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main();
