/** What differs between the platforms of an image index, as the terminal shows it. */
import type { InventoryResult, PlatformResults } from '../../result/types.ts';
import { plural } from '../finding-words.ts';
import { type Screen, styled } from './screen.ts';

/** A package or finding a line; further ones are counted. */
const maxShown = 20;

export function platformDifferences(screen: Screen, { results, differences }: PlatformResults<InventoryResult>): void {
  const { packages, findings } = differences;
  const platforms = results.map(({ image }) => image.platform ?? 'unknown').join(', ');
  screen.text(0, [styled('Between the platforms', 'bold'), styled(`  ${platforms}`, 'dim')]);
  if (packages.length === 0 && findings.length === 0) {
    screen.text(2, 'The same packages in the same versions, the same findings.');
    return;
  }
  if (packages.length > 0) screen.text(2, plural(packages.length, 'package differs', 'packages differ'));
  for (const { name, versions } of packages.slice(0, maxShown)) {
    const each = results.map(({ image }) => versions[image.platform ?? 'unknown']?.join(', ') ?? 'none');
    screen.text(4, [name, styled(`  ${each.join(` ${screen.glyphs.dot} `)}`, 'dim')], 6);
  }
  more(screen, packages.length);
  if (findings.length > 0) screen.text(2, `${plural(findings.length, 'finding')} on some platforms only`);
  for (const { id, package: subject, platforms: on } of findings.slice(0, maxShown)) {
    screen.text(4, [subject === null ? id : `${id} ${subject}`, styled(`  ${on.join(', ')}`, 'dim')], 6);
  }
  more(screen, findings.length);
}

function more(screen: Screen, count: number): void {
  if (count > maxShown) screen.text(4, styled(`and ${count - maxShown} more`, 'dim'));
}
