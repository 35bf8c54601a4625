/** A picture of where the findings come from: a bar for each layer, as long as it has findings, in the colours of severity. */
import type { ScanResult } from '../../result/types.ts';
import { plural } from '../finding-words.ts';
import { layerPlaces, shortInstruction } from '../layer-words.ts';
import { severitiesWorstFirst } from '../shown-findings.ts';
import { html, type Markup } from './markup.ts';

/** Units of the picture, across. */
const width = 1000;
const height = 14;
/** of a part, so that one Critical among thousands is seen */
const least = 6;

interface Bar {
  readonly number: number;
  readonly base: boolean;
  readonly instruction: string;
  /** worst first */
  readonly counts: readonly number[];
  readonly total: number;
}

function bars({ image, findings }: ScanResult): readonly Bar[] {
  const places = layerPlaces(image);
  const counts = image.layers.map(() => [0, 0, 0, 0, 0, 0]);
  for (const { evidence, level, suppressed } of findings) {
    const place = suppressed.length > 0 ? null : places(evidence.layer);
    if (place !== null) counts[place.number - 1]![5 - level]!++;
  }
  return image.layers.map((layer, index) => ({
    number: index + 1,
    base: layer.base === true,
    instruction: layer.instruction === null ? 'not in the history' : shortInstruction(layer.instruction),
    counts: counts[index]!,
    total: counts[index]!.reduce((sum, count) => sum + count, 0),
  }));
}

function bar({ counts, total }: Bar, most: number): Markup {
  let x = 0;
  const parts = counts.map((count, index) => {
    const own = count === 0 ? 0 : Math.max(least, (count / most) * (width - 6 * least));
    const rect =
      count > 0 && html`<rect class="c${5 - index}" x="${x.toFixed(1)}" width="${own.toFixed(1)}" height="${height}"/>`;
    x += own;
    return rect;
  });
  const words = severitiesWorstFirst.flatMap((name, index) => (counts[index]! > 0 ? `${counts[index]} ${name}` : []));
  return html`<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label="${plural(total, 'finding')}: ${words.join(', ')}">${parts}</svg>`;
}

/** Null where no layer has a finding. */
export function layerPicture(result: ScanResult): Markup | null {
  const all = bars(result);
  const shown = all.filter(({ total }) => total > 0);
  if (shown.length === 0) return null;
  const most = Math.max(...shown.map(({ total }) => total));
  const rows = shown.map(
    (each) =>
      html`<li><a href="#layer-${each.number}" data-layer="${each.number}"><span class="at">${each.number}${each.base && html` <span class="soft">base</span>`}</span><code>${each.instruction}</code>${bar(each, most)}<span class="num">${each.total}</span></a></li>
`,
  );
  const clean = all.length - shown.length;
  const legend = severitiesWorstFirst.map((severity, index) => html`<li class="c${5 - index}"><i></i>${severity}</li>`);
  return html`<section aria-labelledby="where"><h2 id="where">Where they come from<small>findings by layer, base first</small></h2>
<div class="card"><ol class="picture">${rows}</ol><ul class="legend">${legend}</ul>${
    clean > 0 && html`<p class="soft">${plural(clean, 'other layer')} without a finding.</p>`
  }</div></section>
`;
}
