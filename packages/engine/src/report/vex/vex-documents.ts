/** VEX documents of the exceptions that were applied to an image: OpenVEX, CSAF and CycloneDX. */
import type { ScanResult } from '../../result/types.ts';
import { escapeInvisible } from '../json-text.ts';
import { claimsId, justifications, type VexClaim, type VexImage, vexClaims, vexImage } from './vex-claims.ts';

export interface VexAuthor {
  readonly name: string;
  /** URL of who that is */
  readonly namespace: string;
}

interface Source {
  readonly image: VexImage;
  readonly claims: readonly VexClaim[];
  readonly author: VexAuthor;
  /** `YYYY-MM-DDT00:00:00Z` */
  readonly time: string;
  readonly version: string;
  readonly id: string;
}

export const vexFormats = ['openvex', 'csaf', 'cyclonedx'] as const;
export type VexFormat = (typeof vexFormats)[number];

/** @returns null where nothing names the image */
export function vexDocument(result: ScanResult, format: VexFormat, author: VexAuthor): string | null {
  const image = vexImage(result);
  if (image === null) return null;
  const claims = vexClaims(result);
  const { evaluatedAt, product } = result.inputs;
  const id = claimsId(image, claims, evaluatedAt);
  const source: Source = { image, claims, author, time: `${evaluatedAt}T00:00:00Z`, version: product.version, id };
  const document = { openvex: openVex, csaf, cyclonedx: cycloneDx }[format](source);
  return `${escapeInvisible(JSON.stringify(document, null, 2))}\n`;
}

/** @see https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md */
function openVex({ image, claims, author, time, version, id }: Source): unknown {
  const product = {
    '@id': image.purl ?? `urn:sha256:${image.sha256}`,
    ...(image.purl !== null && { identifiers: { purl: image.purl } }),
    hashes: { 'sha-256': image.sha256 },
  };
  return {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': `https://openvex.dev/docs/plimsoll/vex-${id}`,
    author: author.name,
    timestamp: time,
    version: 1,
    tooling: `plimsoll ${version}`,
    statements: claims.map((claim) => ({
      vulnerability: { name: claim.id, ...(claim.aliases.length > 0 && { aliases: claim.aliases }) },
      products: [{ ...product, subcomponents: claim.packages.map((purl) => ({ '@id': purl })) }],
      ...(claim.affected
        ? { status: 'affected', action_statement: actionWords(claim) }
        : {
            status: 'not_affected',
            justification: justifications[claim.category ?? ''],
            impact_statement: claim.reason,
          }),
    })),
  };
}

/** @see https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html (profile 5, VEX) */
function csaf({ image, claims, author, time, version, id }: Source): unknown {
  const purls = [...new Set(claims.flatMap(({ packages }) => packages))].sort();
  const number = new Map(purls.map((purl, at) => [purl, at + 1]));
  const products = (claim: VexClaim) => claim.packages.map((purl) => `IMAGE:PACKAGE-${number.get(purl)}`);
  const fileHashes = [{ algorithm: 'sha256', value: image.sha256 }];
  return {
    document: {
      category: 'csaf_vex',
      csaf_version: '2.0',
      title: `Vulnerabilities of ${image.name}`,
      publisher: { category: 'user', name: author.name, namespace: author.namespace },
      tracking: {
        id: `plimsoll-${id}`,
        status: 'final',
        version: '1',
        initial_release_date: time,
        current_release_date: time,
        generator: { engine: { name: 'plimsoll', version } },
        revision_history: [{ number: '1', date: time, summary: 'exceptions that were applied' }],
      },
    },
    product_tree: {
      full_product_names: [
        {
          product_id: 'IMAGE',
          name: image.name,
          product_identification_helper: {
            ...(image.purl !== null && { purl: image.purl }),
            hashes: [{ filename: image.name, file_hashes: fileHashes }],
          },
        },
        ...purls.map((purl) => ({
          product_id: `PACKAGE-${number.get(purl)}`,
          name: purl,
          product_identification_helper: { purl },
        })),
      ],
      ...(purls.length > 0 && {
        relationships: purls.map((purl) => ({
          category: 'default_component_of',
          product_reference: `PACKAGE-${number.get(purl)}`,
          relates_to_product_reference: 'IMAGE',
          full_product_name: { product_id: `IMAGE:PACKAGE-${number.get(purl)}`, name: `${purl} of ${image.name}` },
        })),
      }),
    },
    ...(claims.length > 0 && { vulnerabilities: claims.map((claim) => csafVulnerability(claim, products(claim))) }),
  };
}

function csafVulnerability(claim: VexClaim, product_ids: readonly string[]): unknown {
  const { id, affected, category, reason } = claim;
  return {
    ...(/^CVE-\d{4}-\d{4,}$/.test(id) ? { cve: id } : { ids: [{ system_name: id.split('-')[0], text: id }] }),
    notes: [{ category: 'description', text: id }],
    product_status: { [affected ? 'known_affected' : 'known_not_affected']: product_ids },
    ...(affected
      ? {
          remediations: [
            {
              category: category === 'wont-fix' ? 'no_fix_planned' : 'none_available',
              details: actionWords(claim),
              product_ids,
            },
          ],
        }
      : {
          flags: [{ label: justifications[category ?? ''], product_ids }],
          threats: [{ category: 'impact', details: reason, product_ids }],
        }),
  };
}

const analyses: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'false-positive': { state: 'false_positive' },
  'not-present': { state: 'not_affected', justification: 'code_not_present' },
  'not-used': { state: 'not_affected', justification: 'code_not_reachable' },
  'not-controllable': { state: 'not_affected', justification: 'requires_environment' },
  mitigated: { state: 'not_affected', justification: 'protected_by_mitigating_control' },
  'wont-fix': { state: 'exploitable', response: ['will_not_fix'] },
};

/** @see https://cyclonedx.org/docs/1.6/json/#vulnerabilities */
function cycloneDx({ image, claims, time, version, id, author }: Source): unknown {
  const purls = [...new Set(claims.flatMap(({ packages }) => packages))].sort();
  const uuid = `${id.slice(0, 8)}-${id.slice(8, 12)}-5${id.slice(13, 16)}-8${id.slice(17, 20)}-${id.slice(20, 32)}`;
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuid}`,
    version: 1,
    metadata: {
      timestamp: time,
      tools: { components: [{ type: 'application', name: 'plimsoll', version }] },
      authors: [{ name: author.name }],
      component: {
        type: 'container',
        'bom-ref': 'image',
        name: image.name,
        ...(image.purl !== null && { purl: image.purl }),
        hashes: [{ alg: 'SHA-256', content: image.sha256 }],
      },
    },
    components: purls.map((purl) => ({ type: 'library', 'bom-ref': purl, name: nameOf(purl), purl })),
    vulnerabilities: claims.map((claim) => ({
      id: claim.id,
      analysis: {
        ...(analyses[claim.category ?? ''] ?? { state: 'exploitable' }),
        detail: claim.reason,
        lastUpdated: time,
      },
      affects: claim.packages.map((ref) => ({ ref })),
    })),
  };
}

function nameOf(purl: string): string {
  const path = purl.replace(/[?#].*$/s, '').replace(/@[^/]*$/, '');
  return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
}

function actionWords({ category, reason }: VexClaim): string {
  return category === 'wont-fix' ? `will not be fixed: ${reason}` : `risk accepted: ${reason}`;
}
