import type { Statement } from '../feed.ts';
import type { CvssRating, LabelRating } from '../types.ts';

/** A bulletin of a distro that fixes one or several CVEs. */
export interface FixBulletin {
  /** CVEs, sorted */
  readonly ids: readonly string[];
  /** `ALAS2023-2023-001` */
  readonly bulletin: string | null;
  readonly source: string;
  readonly labels: readonly LabelRating[];
  readonly cvss?: readonly CvssRating[];
  /** day on which the fix was out */
  readonly date: string | null;
}

/** What the state of one package is. */
export type PackageState = Pick<Statement, 'package' | 'ranges'> &
  Partial<Pick<Statement, 'status' | 'module' | 'arches'>>;

/** What a bulletin says of one rpm package. */
export function bulletinStatement(bulletin: FixBulletin, state: PackageState): Statement {
  const { status = 'affected', module, arches } = state;
  const fixed = state.ranges.some((range) => range.fixed !== null);
  return {
    ids: bulletin.ids,
    source: bulletin.source,
    aliases: [],
    bulletins: bulletin.bulletin === null ? [] : [bulletin.bulletin],
    package: state.package,
    scheme: 'rpm',
    ranges: state.ranges,
    versions: [],
    status,
    labels: bulletin.labels,
    cvss: bulletin.cvss ?? [],
    published: null,
    modified: null,
    fixedSince: fixed ? bulletin.date : null,
    malicious: false,
    cwes: [],
    ...(module !== undefined && { module }),
    ...(arches !== undefined && { arches }),
  };
}
