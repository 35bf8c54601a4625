import * as z from 'zod/mini';
import { cpeProduct } from '../shard-names.ts';
import type { VersionRange } from '../types.ts';

/** Versions of one product that a CVE is about. */
export interface SoftwareRanges {
  /** `vendor:product` */
  readonly product: string;
  readonly ranges: readonly VersionRange[];
  readonly versions: readonly string[];
}

const bound = z.optional(z.string());

const cpeMatch = z.object({
  vulnerable: z.boolean(),
  criteria: z.string().check(z.maxLength(1000)),
  versionStartIncluding: bound,
  versionStartExcluding: bound,
  versionEndIncluding: bound,
  versionEndExcluding: bound,
});
type CpeMatch = z.infer<typeof cpeMatch>;

const node = z.object({ negate: z.optional(z.boolean()), cpeMatch: z.array(cpeMatch) });

export const cpeConfigurations = z.array(
  z.object({
    operator: z.optional(z.nullable(z.string())),
    negate: z.optional(z.nullable(z.boolean())),
    nodes: z.array(node),
  }),
);
export type CpeConfigurations = z.infer<typeof cpeConfigurations>;

/**
 * The applications that configurations call vulnerable, with their versions. What is "running on" (`vulnerable: false`) is no
 * match; where it can only be another operating system than a Linux container's, the configuration says nothing about one.
 * Where it is another application, nobody knows here whether that is there: the vulnerable one counts. A negated
 * configuration counts as it stands, without what it negates.
 *
 * @see https://csrc.nist.gov/schema/nvd/api/2.0/cve_api_json_2.0.schema
 */
export function softwareRanges(configurations: CpeConfigurations): SoftwareRanges[] {
  const byProduct = new Map<string, { ranges: Map<string, VersionRange>; versions: Set<string> }>();
  for (const { operator, negate, nodes } of configurations) {
    const counted = negate === true ? [] : nodes.filter((each) => each.negate !== true);
    if (operator === 'AND' && !counted.every(({ cpeMatch }) => canBeMet(cpeMatch))) continue;
    for (const match of counted.flatMap(({ cpeMatch }) => cpeMatch)) {
      const name = match.vulnerable ? parseCpe(match.criteria) : undefined;
      if (name === undefined || name.part !== 'a' || !onLinux.test(name.targetSoftware)) continue;
      const product = cpeProduct(name.vendor, name.product);
      const known = byProduct.get(product) ?? { ranges: new Map(), versions: new Set() };
      if (name.version === '*') {
        const range = rangeOf(match);
        known.ranges.set(JSON.stringify(range), range);
      } else if (name.version !== '-') known.versions.add(name.version);
      else continue;
      byProduct.set(product, known);
    }
  }
  return [...byProduct].map(([product, { ranges, versions }]) => ({
    product,
    ranges: [...ranges.values()],
    versions: [...versions].sort(),
  }));
}

/** `target_sw` of what may be the program itself; others are ports, plug-ins and modules of the same name. */
const onLinux = /^(?:[*-]|linux(?:_kernel)?|unix|docker|kubernetes|x64|x86)$/;

/** Operating systems that no Linux container is. */
const foreignSystems =
  /^(?:microsoft|apple|google:android|google:chrome_os|freebsd|netbsd|openbsd|sun|hp|ibm:(?:aix|i|os_400|z\/os)|cisco|juniper|oracle:solaris|vmware:esxi?)(?::|$)/;

/** What has to be there beside: something that a Linux container may have. */
function canBeMet(matches: readonly CpeMatch[]): boolean {
  if (matches.some(({ vulnerable }) => vulnerable)) return true;
  return matches.some(({ criteria }) => {
    const name = parseCpe(criteria);
    if (name === undefined || name.part !== 'o') return true;
    return !foreignSystems.test(name.vendor) && !foreignSystems.test(`${name.vendor}:${name.product}`);
  });
}

/** NVD's exclusive lower bounds are rare; one more number makes the first version after it. */
function rangeOf(match: CpeMatch): VersionRange {
  const { versionStartIncluding, versionStartExcluding, versionEndIncluding, versionEndExcluding } = match;
  const after = versionStartExcluding === undefined ? null : `${versionStartExcluding}.0.0.0.1`;
  return {
    introduced: versionStartIncluding ?? after,
    fixed: versionEndExcluding ?? null,
    lastAffected: versionEndExcluding === undefined ? (versionEndIncluding ?? null) : null,
  };
}

interface CpeName {
  readonly part: string;
  readonly vendor: string;
  readonly product: string;
  /** with the update behind it: `1.25.0-rc1` */
  readonly version: string;
  readonly targetSoftware: string;
}

/** @see https://nvlpubs.nist.gov/nistpubs/Legacy/IR/nistir7695.pdf (formatted string binding) */
function parseCpe(text: string): CpeName | undefined {
  const fields = text.split(/(?<!\\):/).map((field) => field.replace(/\\(.)/g, '$1'));
  const [cpe, binding, part = '', vendor = '', product = '', version = '', update = ''] = fields;
  if (fields.length !== 13 || cpe !== 'cpe' || binding !== '2.3' || version === '') return undefined;
  return { part, vendor, product, version: wholeVersion(product, version, update), targetSoftware: fields[10] ?? '*' };
}

/** With the update behind it. Java 8 says `1.8.0_391` of itself; the NVD `1.8.0:update391`, or `8:update391`. */
function wholeVersion(product: string, version: string, update: string): string {
  if (/^[*-]?$/.test(update) || /^[*-]$/.test(version)) return version;
  const number = /^update_?(\d{1,4})$/.exec(update)?.[1];
  if (number === undefined) return `${version}-${update}`;
  return `${product === 'openjdk' && /^[5-8]$/.test(version) ? `1.${version}.0` : version}_${number}`;
}
