/** The answer of `plimsoll explain` for the terminal: the short answer first, then everything that it follows from. */
import type { ExplainedMatch, ExplainedRecord, Explanation } from '../result/explanation.ts';
import { fixWords, plural } from './finding-words.ts';
import { layerPlaces, placeWords } from './layer-words.ts';
import { riskLines, severityLines, suppressionLines } from './terminal/explained-finding.ts';
import { severityStyle } from './terminal/paint.ts';
import { cellGap, createScreen, type Screen, type ScreenOptions, styled } from './terminal/screen.ts';

const labelWidth = 11;
const indent = 2;
const bodyIndent = indent + labelWidth + cellGap;

/** Packages that are written out; of the others the number is told. */
const maxMatches = 25;

/** Other names, packages that the image does not have, and gaps that are named; of the others the number is told. */
const maxNamed = 20;

export function explanationText(explanation: Explanation, options: ScreenOptions): string {
  const screen = createScreen(options);
  const { image, matches, gaps, elsewhere } = explanation;
  screen.text(0, styled(explanation.summary, 'bold'));
  if (explanation.title !== null) screen.text(indent, explanation.title);
  const others = explanation.ids.filter((id) => !explanation.summary.startsWith(`${id} `));
  if (others.length > 0) screen.text(indent, styled(`also known as ${named(others, 'name')}`, 'dim'));
  const distro = image.distro === null ? 'no distribution' : `${image.distro.id} ${image.distro.version ?? ''}`.trim();
  screen.text(
    indent,
    styled(`${image.reference} ${screen.glyphs.dot} ${distro} ${screen.glyphs.dot} ${explanation.evaluatedAt}`, 'dim'),
  );
  for (const match of matches.slice(0, maxMatches)) oneMatch(screen, explanation, match);
  if (matches.length > maxMatches) {
    screen.blank();
    screen.text(indent, more(matches.length - maxMatches, 'package'));
  }
  if (elsewhere.length > 0) {
    screen.blank();
    screen.text(0, styled('Records name these packages, which the image does not have', 'bold'));
    for (const { shard, packages } of elsewhere) labelled(screen, shard, named(packages, 'package'));
  }
  screen.blank();
  screen.text(0, styled('Looked into', 'bold'));
  if (explanation.rated !== null) labelled(screen, 'NVD', ratedWords(explanation.rated));
  for (const { name, inResult, atHand } of explanation.shards) {
    const state =
      atHand === null
        ? 'not at hand'
        : inResult === null
          ? 'not used by the result'
          : inResult === atHand
            ? 'as in the result'
            : 'other data than the result’s';
    labelled(screen, name, state);
  }
  if (explanation.shards.length === 0)
    screen.text(indent, 'no advisories: the image has no package that a feed speaks about');
  if (gaps.length > 0) {
    screen.blank();
    screen.text(0, styled('What could hide it', 'bold'));
    for (const gap of gaps.slice(0, maxNamed)) screen.text(indent, gap, indent + 2);
    if (gaps.length > maxNamed) screen.text(indent, more(gaps.length - maxNamed, 'gap'));
  }
  return screen.finish();
}

function named(all: readonly string[], noun: string): string {
  const rest = all.length - maxNamed;
  return [...all.slice(0, maxNamed), ...(rest > 0 ? [more(rest, noun)] : [])].join(', ');
}

function more(count: number, noun: string): string {
  return `and ${plural(count, `more ${noun}`)}; --format json has all of them`;
}

function ratedWords({ published, rejected }: NonNullable<Explanation['rated']>): string {
  const since = published === null ? 'knows it' : `knows it since ${published}`;
  return rejected ? `${since}, and has rejected it: it is no vulnerability` : since;
}

function oneMatch(screen: Screen, { layers }: Explanation, match: ExplainedMatch): void {
  const { package: pkg, finding, lookup } = match;
  screen.blank();
  const subject = pkg ? `${pkg.name} ${pkg.version} (${pkg.type})` : (finding?.kind ?? '');
  screen.text(
    0,
    finding === null
      ? [styled(subject, 'bold'), ': not reported']
      : [styled(subject, 'bold'), ': ', styled(finding.severity, severityStyle(finding.severity)), ` ${finding.id}`],
  );
  labelled(screen, 'because', match.why);
  if (pkg) placeOf(screen, match, layers);
  else if (finding) findingPlace(screen, match, layers);
  if (lookup && pkg) {
    const what = lookup.via === 'source' ? 'source package' : 'package';
    labelled(
      screen,
      'looked up',
      `${what} ${lookup.name} ${lookup.version} in ${lookup.shard}, versions as ${lookup.scheme} orders them`,
    );
  }
  for (const record of match.records) recordLines(screen, record);
  if (finding === null) return;
  const { code } = finding.evidence;
  if (code !== undefined) labelled(screen, 'code', `${code.state}: ${code.detail}`);
  for (const line of severityLines(finding)) labelled(screen, line.label, line.text);
  if (finding.fix !== null) {
    const since = finding.fix.since === null ? '' : `, known since ${finding.fix.since}`;
    labelled(screen, 'fix', `${fixWords(finding)}${since}`);
  }
  for (const line of riskLines(finding)) labelled(screen, line.label, line.text);
  for (const line of suppressionLines(match)) labelled(screen, line.label, line.text);
}

function placeOf(screen: Screen, { package: pkg, finding }: ExplainedMatch, layers: Explanation['layers']): void {
  if (!pkg) return;
  const place = placeWords(layerPlaces({ base: null, layers })(pkg.layer));
  const where = [pkg.path ?? 'no path', ...(place === null ? [] : [place])].join(', ');
  labelled(screen, 'where', finding?.evidence.inBase === true ? `${where} (of the base image)` : where);
  if (pkg.source && (pkg.source.name !== pkg.name || pkg.source.version !== pkg.version))
    labelled(screen, 'source', `${pkg.source.name} ${pkg.source.version}`);
  if (pkg.ownedBy !== null) labelled(screen, 'owner', `${pkg.ownedBy} ships it`);
}

function findingPlace(screen: Screen, { finding }: ExplainedMatch, layers: Explanation['layers']): void {
  const evidence = finding?.evidence;
  const place = placeWords(layerPlaces({ base: null, layers })(evidence?.layer));
  const at = evidence?.env ?? evidence?.config ?? evidence?.path;
  const line = evidence?.line === undefined ? '' : `, line ${evidence.line}`;
  const words = [at === undefined ? null : `${at}${line}`, place, evidence?.value ?? null].filter(
    (word) => word !== null,
  );
  if (words.length > 0) labelled(screen, 'where', words.join(', '));
}

const roles = { decides: 'decides', agrees: 'says the same', outranked: 'does not count' } as const;

function recordLines(screen: Screen, record: ExplainedRecord): void {
  const known = [...record.bulletins].slice(0, 5).join(', ');
  const role =
    record.role === 'outranked'
      ? 'does not count: another statement stands before it'
      : record.role === 'agrees' && record.verdict !== 'affected'
        ? record.verdict
        : roles[record.role];
  labelled(screen, 'record', `${record.source} ${record.id}${known === '' ? '' : ` (${known})`}: ${role}`);
  const body = (text: string): void => screen.text(bodyIndent + 2, text, bodyIndent + 4);
  if (record.status !== 'affected') body(`its status is ${record.status}`);
  for (const { range, inside, bounds } of record.ranges) {
    body(`${range}: ${inside === null ? 'cannot be compared' : inside ? 'inside' : 'outside'}`);
    for (const { text, holds, because } of bounds) {
      const answer = holds === null ? 'unknown' : holds ? 'yes' : 'no';
      screen.text(bodyIndent + 4, `${text}? ${answer}${because === null ? '' : `: ${because}`}`, bodyIndent + 6);
    }
  }
  if (record.moreRanges > 0) body(`and ${plural(record.moreRanges, 'more range')}`);
  if (record.listed > 0) body(`it lists ${plural(record.listed, 'version')} one by one`);
}

/** A word at the left, and what it is about beside it. */
function labelled(screen: Screen, label: string, text: string): void {
  screen.row(indent, [
    { text: styled(label, 'dim'), width: labelWidth, overflow: 'cut' },
    { text, width: screen.columns - bodyIndent, overflow: 'wrap' },
  ]);
}
