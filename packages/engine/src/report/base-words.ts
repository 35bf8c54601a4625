/** What an image was built on, and how its findings split, in words that the terminal and the page share. */
import type { Finding } from '../matching/types.ts';
import type { ScanResult } from '../result/types.ts';

/** `built on debian:12 (layers 1 to 3 of 5): 12 of 20 vulnerabilities are in it`; null where nothing is known of a base. */
export function baseWords({ image, findings }: ScanResult): string | null {
  const { base } = image;
  if (base === null) return null;
  const name = baseName(base.reference ?? base.digest);
  if (base.layers === null) return `built on ${name}, as the image says; which layers are its own is not known`;
  const said = { option: '', annotation: ', as the image says', history: ', guessed from the history' }[base.from];
  const verb = base.from === 'history' ? 'probably built on' : 'built on';
  return `${verb} ${name} (${layerRange(base.layers, image.layers.length)}${said}): ${split(findings)}`;
}

/** A known base is named; of a guessed one there may be no name. */
function baseName(name: string | null): string {
  return name ?? 'another image';
}

function layerRange(layers: number, of: number): string {
  if (layers === of) return of === 1 ? 'its one layer' : `all ${of} layers`;
  return layers === 1 ? `layer 1 of ${of}` : `layers 1 to ${layers} of ${of}`;
}

/** A vulnerability that one package of the base and one of the image's own have counts as the base's: both must be mended. */
function split(findings: readonly Finding[]): string {
  const open = findings.filter(({ kind, suppressed }) => kind === 'vulnerability' && suppressed.length === 0);
  const all = new Set(open.map(({ id }) => id)).size;
  const inBase = new Set(open.filter(({ evidence }) => evidence.inBase === true).map(({ id }) => id)).size;
  if (all === 0) return 'no vulnerability in either';
  const many = all === 1 ? 'vulnerability' : 'vulnerabilities';
  return inBase === all ? `all ${all} ${many} in it` : `${inBase} of ${all} ${many} in it`;
}

/** What a newer base would take away; null where it would take away nothing that stops the image. */
export function baseAdvice({ image: { base }, findings, verdict }: ScanResult): string | null {
  if (base === null || base.layers === null || verdict.changes.some(({ kind }) => kind === 'base')) return null;
  const keys = new Set(verdict.rules.filter(({ action }) => action === 'deny').flatMap((rule) => rule.findings));
  const blocking = findings.filter(({ key }) => keys.has(key));
  const inBase = blocking.filter(({ evidence }) => evidence.inBase === true);
  if (inBase.length === 0) return null;
  const share = inBase.length === blocking.length ? `all ${blocking.length}` : `${inBase.length} of ${blocking.length}`;
  const one = inBase.length === 1;
  const are = base.from === 'history' ? (one ? 'seems to be' : 'seem to be') : one ? 'is' : 'are';
  return `${share} findings that stop the image ${are} in its base image${base.reference === null ? '' : ` ${base.reference}`}: build it on a newer one`;
}

/** What came of each image that this one could be built on instead, but for the one that is proposed. */
export function otherBasesWords({ verdict }: ScanResult): readonly string[] {
  return (verdict.bases ?? []).flatMap(({ reference, state, result, message }) => {
    if (state === 'proposed') return [];
    if (state === 'worse')
      return [`not proposed: building on ${reference} ${message}${result === 'fail' ? '' : '; the image passes'}`];
    return [`not judged on ${reference}: ${message}`];
  });
}
