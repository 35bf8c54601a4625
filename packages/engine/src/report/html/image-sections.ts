/** What the image is made of: layers, packages, configuration. */
import type { Package } from '../../inventory/types.ts';
import type { ResultLayer, ScanResult } from '../../result/types.ts';
import { byteWords } from '../byte-words.ts';
import { coverageParts } from '../coverage-words.ts';
import { byCodeUnit } from '../finding-order.ts';
import { plural } from '../finding-words.ts';
import { type LayerPlace, layerPlaces, shortInstruction } from '../layer-words.ts';
import { type Content, html, type Markup } from './markup.ts';

/** Few enough to be shown without a click. */
const maxOpenPackages = 25;

function countBy<T>(items: readonly T[], key: (item: T) => string | null | undefined): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) {
    const name = key(item);
    if (name) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function layerRow(layer: ResultLayer, number: number, packages: number, findings: number, guessed: boolean): Markup {
  const instruction = layer.instruction === null ? 'not in the history' : shortInstruction(layer.instruction);
  const digests = [
    layer.diffId === null ? null : html`<div>diff ID <code>${layer.diffId}</code></div>`,
    layer.digest === null ? null : html`<div>blob <code>${layer.digest}</code></div>`,
  ];
  const base = layer.base === true && html`<span class="soft">${guessed ? 'base image?' : 'base image'}</span> `;
  return html`<tr id="layer-${number}"><td class="num">${number}<td>${base}<code>${instruction}</code><details><summary>${
    layer.verified ? 'bytes checked against their digest' : 'bytes not checked against a digest'
  }</summary><div class="ev"><div>${digests}<div>${layer.mediaType}</div></div></div></details><td class="num">${byteWords(layer.size)}<td class="num">${packages}<td class="num">${findings}
`;
}

/** Base first, with how much each layer brings: what to mend in the Dockerfile and what in its base. */
export function layerList(result: ScanResult): Markup | null {
  const { layers } = result.image;
  if (layers.length === 0) return null;
  const packages = countBy(result.packages, (pkg) => pkg.locations[0]?.layer);
  const counted = result.findings.filter((finding) => finding.suppressed.length === 0);
  const findings = countBy(counted, (finding) => finding.evidence.layer);
  const places = layerPlaces(result.image);
  const guessed = result.image.base?.from === 'history';
  const rows = layers.map((layer, index) => {
    // Of two layers with the same diff ID the lower one brought the files.
    const own = places(layer.diffId)?.number === index + 1 ? layer.diffId! : '';
    return layerRow(layer, index + 1, packages.get(own) ?? 0, findings.get(own) ?? 0, guessed);
  });
  return html`<section aria-labelledby="layers"><h2 id="layers">Layers<small>base first</small></h2>
<div class="card scroll" tabindex="0" role="region" aria-labelledby="layers"><table class="list roomy"><thead><tr><th scope="col" class="num">#<th scope="col">Instruction<th scope="col" class="num">Size<th scope="col" class="num">Packages<th scope="col" class="num">Findings
<tbody>${rows}</table></div></section>
`;
}

function packageRow(pkg: Package, places: (diffId: string | null) => LayerPlace | null): Markup {
  const first = pkg.locations[0];
  const place = places(first?.layer ?? null);
  const more = pkg.locations.length > 1 && ` and ${plural(pkg.locations.length - 1, 'other')}`;
  const { source } = pkg;
  const sourceWords = source === null || source.name === pkg.name ? null : source.name;
  return html`<tr><td>${pkg.type}<td>${pkg.name}<td>${pkg.version}<td class="wide">${sourceWords}<td class="wide">${pkg.licenses.join(', ')}<td class="wide"><code>${first?.path ?? ''}</code>${more}<td class="num">${
    place !== null && html`<a href="#layer-${place.number}">${place.number}</a>`
  }
`;
}

export function* packageList(result: ScanResult): Generator<Markup> {
  const { packages } = result;
  if (packages.length === 0) return;
  const open = packages.length <= maxOpenPackages && html` open`;
  yield html`<section aria-labelledby="packages"><h2 id="packages">Packages<small>${packages.length}</small></h2>
<details class="card big fold"${open}><summary>${plural(packages.length, 'package')}</summary><div class="scroll" tabindex="0" role="region" aria-labelledby="packages"><table class="list"><thead><tr><th scope="col">Type<th scope="col">Name<th scope="col">Version<th scope="col" class="wide">Source<th scope="col" class="wide">Licences<th scope="col" class="wide">Proved by<th scope="col" class="num">Layer
<tbody>`;
  const places = layerPlaces(result.image);
  for (const pkg of packages) yield packageRow(pkg, places);
  const parts = coverageParts(result.facts.coverage);
  yield html`</table></div></details><p class="soft onpaper">A list that is folded is not printed; the JSON, CycloneDX and SPDX reports have it.</p>${parts.length > 0 && html`<p class="soft">${parts.join(', ')} came with a listed package.</p>`}</section>
`;
}

function words(list: readonly string[] | null): Content {
  return list === null || list.length === 0
    ? html`<span class="soft">none</span>`
    : html`<code>${list.join(' ')}</code>`;
}

/** The configuration, with the names of environment variables alone: their values may be secret. */
export function configFacts(result: ScanResult): Markup | null {
  const { config } = result.facts;
  if (config === null) return null;
  const names = config.env.map((entry) => entry.split('=', 1)[0]!);
  const labels = Object.entries(config.labels)
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([key, value]) => html`<li><code>${key}</code> ${value}</li>`);
  const facts: readonly (readonly [string, Content])[] = [
    [
      'User',
      config.user === '' ? html`<span class="soft">none is set: root</span>` : html`<code>${config.user}</code>`,
    ],
    ['Exposed ports', words(config.exposedPorts)],
    ['Entrypoint', words(config.entrypoint)],
    ['Command', words(config.cmd)],
    ['Working folder', words(config.workingDir === '' ? null : [config.workingDir])],
    ['Volumes', words(config.volumes)],
    ['Health check', config.healthcheck === null ? html`<span class="soft">none</span>` : 'yes'],
    ['Environment', [words(names), names.length > 0 && html` <span class="soft">(values are not shown)</span>`]],
    ['Labels', labels.length === 0 ? words(null) : html`<ul>${labels}</ul>`],
    ['Created', config.created ?? html`<span class="soft">not stated</span>`],
  ];
  return html`<section aria-labelledby="config"><h2 id="config">Configuration</h2>
<dl class="card kv">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></section>
`;
}
