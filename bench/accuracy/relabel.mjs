// node bench/accuracy/relabel.mjs MIRROR [APK-ROOT]: decides every row of labels.tsv once more, by the vendors' texts of a mirror of
// upstream hosts (texts.mjs) and the native tools (tools.mjs), and writes the file anew. What a row asks (package, version,
// vulnerability; of a language and of AlmaLinux also which text) is taken from it; what it answers (affected, tool, statement,
// cites) is not. A tool that is not there leaves its labels as they are, and is named. The same texts and tools give the same file.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readLabels } from '../accuracy.mjs';
import { vendorTexts } from './texts.mjs';
import { nativeTools } from './tools.mjs';

const columns = [
  'distro',
  'type',
  'name',
  'version',
  'source',
  'vulnerability',
  'affected',
  'tool',
  'statement',
  'cites',
];

/**
 * @param rows of labels.tsv
 * @param lacking called with each tool that is not there
 * @returns the rows with their answers
 */
export function relabel(rows, mirror, apkRoot, lacking) {
  const tools = nativeTools(apkRoot);
  const higher = (tool, lower, other) => tools[tool].decide([{ version: lower, statement: `< ${other}` }])[0];
  const say = vendorTexts(mirror, higher);
  const answered = rows.map((row) => {
    const said = say(row);
    const where = [row.distro || row.type, row.name, row.vulnerability].join(' ');
    if (said === undefined) throw new Error(`${where}: no text says so (${row.cites})`);
    if (!Array.isArray(said.cites)) return { ...row, ...said };
    // several bulletins are about the vulnerability in other packages: any of them may be cited
    if (said.cites.length === 0) throw new Error(`${where}: no text says so (${row.cites})`);
    return { ...row, ...said, cites: said.cites.includes(row.cites) ? row.cites : said.cites[0] };
  });
  for (const [tool, ofTool] of Map.groupBy(answered, (row) => row.tool)) {
    const { lacks, decide } = tools[tool];
    if (lacks !== undefined) lacking(tool, lacks);
    else for (const [at, affected] of decide(ofTool).entries()) ofTool[at].affected = String(affected);
  }
  return answered;
}

export function labelsText(rows) {
  return `${[columns, ...rows.map((row) => columns.map((name) => row[name]))].map((cells) => cells.join('\t')).join('\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , mirror, apkRoot] = process.argv;
  const path = fileURLToPath(new URL('labels.tsv', import.meta.url));
  const rows = readLabels(readFileSync(path, 'utf8'));
  const lacking = (tool, lacks) => console.error(`labels by ${tool} are left as they are: ${lacks}`);
  writeFileSync(path, labelsText(relabel(rows, mirror, apkRoot, lacking)));
}
