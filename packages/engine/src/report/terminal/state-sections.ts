/** The end of the terminal report: what could not be seen, the state of the exceptions, and what was judged with. */
import type { AppliedException, VexOutcome } from '../../policy/types.ts';
import type { ScanResult } from '../../result/types.ts';
import { coverageParts } from '../coverage-words.ts';
import { exceptionNote, exceptionStateWords, whyWords } from '../exception-words.ts';
import { layerPlaces } from '../layer-words.ts';
import { vexOfImage, vexStateWords } from '../vex-words.ts';
import { heading } from './gate-sections.ts';
import type { Style } from './paint.ts';
import { type Screen, styled } from './screen.ts';

/** More of one code are summed up: a thousand unread archives are one fact. */
const maxIncompletePerCode = 5;

/** Parts of the image that were not read, and advisories that are old or not there. */
export function unseen(screen: Screen, result: ScanResult): void {
  const { stale, missing } = result.inputs;
  if (result.incomplete.length === 0 && stale.length === 0 && missing.length === 0) return;
  heading(screen, 'Not seen', 'what this report cannot speak about');
  if (missing.length > 0) screen.text(2, [styled('advisories missing: ', 'bad'), missing.join(', ')], 4);
  if (stale.length > 0) screen.text(2, [styled('advisories stale: ', 'warning'), stale.join(', ')], 4);
  const places = layerPlaces(result.image);
  for (const [code, entries] of Map.groupBy(result.incomplete, (entry) => entry.code)) {
    screen.text(2, [styled(code, 'warning'), entries.length > 1 ? styled(`  ${entries.length} times`, 'dim') : '']);
    for (const entry of entries.slice(0, maxIncompletePerCode)) {
      const place = places(entry.layer);
      const where = [entry.path, place?.place].filter((part) => part !== undefined).join(', ');
      screen.text(4, [entry.message, where === '' ? '' : styled(` (${where})`, 'dim')], 6);
    }
    const more = entries.length - maxIncompletePerCode;
    if (more > 0) screen.text(4, styled(`and ${more} more`, 'dim'));
  }
}

const exceptionStyles = {
  applied: 'good',
  'expires-soon': 'warning',
  expired: 'bad',
  fixed: 'bad',
  unused: 'dim',
  'not-honoured': 'bad',
} as const satisfies Record<AppliedException['state'], Style>;

export function exceptions(screen: Screen, result: ScanResult): void {
  const list = result.verdict.exceptions;
  if (list.length === 0) return;
  heading(screen, 'Exceptions');
  for (const exception of list) {
    const { id, state, source, notes, owner } = exception;
    const said = `, ${exceptionNote(exception, result.inputs.evaluatedAt)}`;
    const word = styled(exceptionStateWords[state], exceptionStyles[state]);
    screen.text(2, [styled(id, 'bold'), '  ', word, said], 4);
    screen.text(4, styled(`${owner ?? 'nobody'}: ${whyWords(exception)} (${source})`, 'dim'), 6);
    for (const note of notes) screen.text(4, styled(note, 'warning'), 6);
  }
}

const vexStyles = {
  applied: 'good',
  noted: 'dim',
  superseded: 'dim',
  'other-product': 'warning',
  'no-finding': 'dim',
  'not-honoured': 'bad',
} as const satisfies Record<VexOutcome['state'], Style>;

/** The page and the JSON result have all of them. */
const maxStatements = 50;

/** What became of each statement of a VEX document, and why. */
export function vexStatements(screen: Screen, { verdict }: ScanResult): void {
  if (verdict.vex === undefined) return;
  heading(screen, 'VEX statements');
  const { listed, others } = vexOfImage(verdict.vex);
  for (const { id, status, state, why, source, product } of listed.slice(0, maxStatements)) {
    const word = styled(vexStateWords[state], vexStyles[state]);
    screen.text(2, [styled(id, 'bold'), `  ${status.replaceAll('_', ' ')}, `, word, `: ${why}`], 4);
    screen.text(4, styled(`${product} (${source})`, 'dim'), 6);
  }
  const more = listed.length - maxStatements;
  if (more > 0) screen.text(2, styled(`and ${more} more`, 'dim'));
  if (others !== null) screen.text(2, styled(others, 'dim'));
}

/** One line: how much of what can be run came with a package that is listed; nothing where nothing can be run. */
export function coverage(screen: Screen, { facts }: ScanResult): void {
  const parts = coverageParts(facts.coverage);
  if (parts.length === 0) return;
  screen.blank();
  screen.text(0, styled(`${parts.join(', ')} came with a listed package`, 'dim'));
}

const ratings = /^ratings-\d+$|-ratings$/;

/** One line: product, date, policies and advisories that the verdict stands on. */
export function footer(screen: Screen, result: ScanResult): void {
  const { inputs } = result;
  // One shard of ratings a year, or one beside each other: their names would push out the ones that tell something.
  const shards = [...new Set(Object.keys(inputs.advisories).map((name) => (ratings.test(name) ? 'ratings' : name)))];
  const parts = [
    `${inputs.product.name} ${inputs.product.version}`,
    `as of ${inputs.evaluatedAt}`,
    `policy ${Object.keys(inputs.policy).join(', ') || 'none'}`,
    shards.length === 0 ? 'no advisories' : `advisories ${shards.join(', ')}`,
  ];
  screen.blank();
  screen.line(0, styled(parts.join(` ${screen.glyphs.dot} `), 'dim'));
}
