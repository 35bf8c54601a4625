import * as z from 'zod/mini';
import { withoutModuleBuild } from '../../versions/rpm/rpm-build.ts';
import { dayOf, type Statement } from '../feed.ts';
import { type AdvisoryStatus, type CvssRating, type LabelRating, type Severity, sourceKeyPrefix } from '../types.ts';
import type { Compare } from './osv-ranges.ts';
import type { ShardStatement } from './osv-statements.ts';
import { cvssRating, cweIds, severityOf, sortCvss } from './ratings.ts';
import type { RedHatComponent } from './redhat-products.ts';
import { statedArches } from './rpm-arches.ts';

const ids = z.optional(z.array(z.string()));

export const redHatVulnerability = z.object({
  cve: z.string().check(z.regex(/^CVE-\d{4}-\d{4,19}$/)),
  cwe: z.optional(z.object({ id: z.optional(z.string()) })),
  release_date: z.optional(z.string()),
  title: z.optional(z.string()),
  notes: z.optional(z.array(z.object({ category: z.optional(z.string()), text: z.optional(z.string()) }))),
  product_status: z.optional(
    z.object({ fixed: ids, known_affected: ids, known_not_affected: ids, under_investigation: ids }),
  ),
  remediations: z.optional(
    z.array(
      z.object({
        category: z.string(),
        date: z.optional(z.string()),
        details: z.optional(z.string()),
        url: z.optional(z.string()),
        product_ids: ids,
      }),
    ),
  ),
  scores: z.optional(
    z.array(
      z.object({
        cvss_v3: z.optional(z.object({ vectorString: z.string(), baseScore: z.optional(z.number()) })),
        cvss_v2: z.optional(z.object({ vectorString: z.string(), baseScore: z.optional(z.number()) })),
        products: ids,
      }),
    ),
  ),
  threats: z.optional(z.array(z.object({ category: z.string(), details: z.optional(z.string()), product_ids: ids }))),
});

export type RedHatVulnerability = z.infer<typeof redHatVulnerability>;

interface Bulletin {
  readonly id: string | null;
  readonly date: string | null;
}

/** Where a product of an unfixed state stands. */
const unfixedStates: Readonly<Record<string, AdvisoryStatus>> = {
  'will not fix': 'will-not-fix',
  'out of support scope': 'end-of-life',
  'fix deferred': 'deferred',
};

/**
 * What a vulnerability's product states say about each release, package, module and architecture.
 *
 * @param modified day of the document
 */
export function redHatStatements(
  vulnerability: RedHatVulnerability,
  components: ReadonlyMap<string, RedHatComponent>,
  modified: string | null,
  wanted: (shard: string) => boolean,
  compare: Compare | null,
): ShardStatement[] {
  const drafts = new Drafts();
  const bulletins = bulletinsByProduct(vulnerability);
  const states = unfixedByProduct(vulnerability);
  const severities = severityByProduct(vulnerability);
  const each = (
    products: readonly string[] | undefined,
    visit: (component: RedHatComponent, product: string) => void,
  ): void => {
    for (const product of products ?? []) {
      const component = components.get(product);
      if (component !== undefined && wanted(`rhel-${component.release}`)) visit(component, product);
    }
  };
  const status = vulnerability.product_status;
  each(status?.fixed, (component, product) => {
    if (component.version === undefined) return;
    drafts.add(component, 'affected', component.version, bulletins.get(product), severities.get(product));
  });
  each(status?.known_affected, (component, product) =>
    drafts.add(component, states.get(product) ?? 'affected', null, undefined, severities.get(product)),
  );
  each(status?.under_investigation, (component, product) =>
    drafts.add(component, 'under-investigation', null, undefined, severities.get(product)),
  );
  each(status?.known_not_affected, (component) => drafts.add(component, 'not-affected', null, undefined, undefined));
  const { cve, cwe, release_date } = vulnerability;
  const shared = {
    ids: [cve],
    source: 'redhat-vex',
    aliases: [],
    scheme: 'rpm',
    versions: [],
    cvss: cvssOf(vulnerability),
    published: dayOf(release_date),
    modified,
    malicious: false,
    cwes: cweIds([cwe?.id]),
  };
  return drafts
    .settled(compare)
    .map((draft) => ({ shard: `rhel-${draft.release}`, statement: statementOf(draft, shared) }));
}

interface Draft {
  readonly release: string;
  readonly module: string | undefined;
  readonly name: string;
  readonly kind: 'source' | 'binary';
  readonly status: AdvisoryStatus;
  readonly fixed: string | null;
  readonly bulletin: Bulletin | undefined;
  readonly severity: Severity | undefined;
  /** empty: every one */
  readonly arches: Set<string>;
}

/** Puts together what repeats: the same package in several repositories, for several architectures, as source and binaries. */
class Drafts {
  readonly #drafts = new Map<string, Draft>();

  add(
    component: RedHatComponent,
    status: AdvisoryStatus,
    fixed: string | null,
    bulletin: Bulletin | undefined,
    severity: Severity | undefined,
  ): void {
    const { release, module, name, kind, arch } = component;
    const key = [release, module ?? '', kind, name, status, fixed ?? '', bulletin?.id ?? ''].join('\0');
    let draft = this.#drafts.get(key);
    if (draft === undefined) {
      draft = { release, module, name, kind, status, fixed, bulletin, severity, arches: new Set() };
      this.#drafts.set(key, draft);
    }
    if (arch !== undefined) draft.arches.add(arch);
  }

  settled(compare: Compare | null): Draft[] {
    const all = oneBuildEach([...this.#drafts.values()], compare);
    const byPackage = Map.groupBy(all, packageKey);
    const kept = all.filter((draft) => !isOverruled(draft, byPackage.get(packageKey(draft)) ?? []));
    const sources = Map.groupBy(
      kept.filter(({ kind }) => kind === 'source'),
      stateKey,
    );
    return kept.filter((draft) => {
      if (draft.kind === 'source' || draft.fixed === null) return true;
      const [source, ...others] = sources.get(stateKey(draft)) ?? [];
      if (source === undefined || others.length > 0) return true;
      for (const arch of draft.arches) source.arches.add(arch);
      return false;
    });
  }
}

/** A binary that one bulletin lists with the version of its one source is built of that source. */
function stateKey({ release, module, fixed, bulletin }: Draft): string {
  return [release, module ?? '', fixed ?? '', bulletin?.id ?? ''].join('\0');
}

/** A module is built once for each version of another that it stands on; each build has the fix, so that the first is enough. */
function oneBuildEach(drafts: readonly Draft[], compare: Compare | null): Draft[] {
  const lowest = new Map<string, Draft>();
  for (const draft of drafts) {
    const version = draft.fixed === null ? draft.status : withoutModuleBuild(draft.fixed);
    const key = [packageKey(draft), version, draft.bulletin?.id ?? ''].join('\0');
    const other = lowest.get(key);
    if (other === undefined) lowest.set(key, draft);
    else {
      const first = (compare?.(draft.fixed ?? '', other.fixed ?? '') ?? 0) < 0 ? draft : other;
      for (const arch of (first === draft ? other : draft).arches) first.arches.add(arch);
      lowest.set(key, first);
    }
  }
  return [...lowest.values()];
}

function packageKey({ release, module, kind, name }: Draft): string {
  return [release, module ?? '', kind, name].join('\0');
}

/** "Not affected" of one build does not undo what is said of the package; where there is a fix, it is no longer awaited. */
function isOverruled({ fixed, status }: Draft, ofPackage: readonly Draft[]): boolean {
  if (fixed !== null) return false;
  return ofPackage.some(
    (other) => other.fixed !== null || (status === 'not-affected' && other.status !== 'not-affected'),
  );
}

function statementOf(
  draft: Draft,
  shared: Pick<
    Statement,
    'ids' | 'source' | 'aliases' | 'scheme' | 'versions' | 'cvss' | 'published' | 'modified' | 'malicious' | 'cwes'
  >,
): Statement {
  const { module, name, kind, status, fixed, bulletin, severity, arches } = draft;
  const labels: LabelRating[] = severity === undefined ? [] : [{ source: 'redhat', severity }];
  const stated = statedArches(arches);
  return {
    ...shared,
    bulletins: bulletin?.id ? [bulletin.id] : [],
    package: kind === 'source' ? `${sourceKeyPrefix}${name}` : name,
    ranges: status === 'not-affected' ? [] : [{ introduced: null, fixed, lastAffected: null }],
    status,
    labels,
    ...(status === 'not-affected' && { cvss: [], cwes: [] }),
    fixedSince: fixed === null ? null : (bulletin?.date ?? null),
    ...(module !== undefined && { module }),
    ...(stated !== undefined && { arches: stated }),
  };
}

function bulletinsByProduct({ remediations }: RedHatVulnerability): Map<string, Bulletin> {
  const out = new Map<string, Bulletin>();
  for (const { category, url, date, product_ids } of remediations ?? []) {
    if (category !== 'vendor_fix') continue;
    const id = /\/(RH[SBE]A-\d{4}:\d{1,6})$/.exec(url ?? '')?.[1] ?? null;
    const bulletin = { id, date: dayOf(date) };
    for (const product of product_ids ?? []) out.set(product, bulletin);
  }
  return out;
}

function unfixedByProduct({ remediations }: RedHatVulnerability): Map<string, AdvisoryStatus> {
  const out = new Map<string, AdvisoryStatus>();
  for (const { category, details, product_ids } of remediations ?? []) {
    if (category !== 'no_fix_planned' && category !== 'none_available') continue;
    const state =
      unfixedStates[(details ?? '').trim().toLowerCase()] ??
      (category === 'no_fix_planned' ? 'will-not-fix' : 'affected');
    for (const product of product_ids ?? []) out.set(product, state);
  }
  return out;
}

function severityByProduct({ threats }: RedHatVulnerability): Map<string, Severity> {
  const out = new Map<string, Severity>();
  for (const { category, details, product_ids } of threats ?? []) {
    const severity = category === 'impact' ? severityOf(details) : undefined;
    if (severity !== undefined) for (const product of product_ids ?? []) out.set(product, severity);
  }
  return out;
}

function cvssOf({ scores }: RedHatVulnerability): CvssRating[] {
  const ratings = (scores ?? []).flatMap(({ cvss_v3, cvss_v2 }) => [cvss_v3, cvss_v2]);
  return sortCvss(ratings.flatMap((rating) => cvssRating('redhat', rating?.vectorString, rating?.baseScore) ?? []));
}
