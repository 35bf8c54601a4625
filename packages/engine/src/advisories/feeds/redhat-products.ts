import * as z from 'zod/mini';
import { isModularBuild } from '../../versions/rpm/rpm-build.ts';

const identification = z.optional(z.object({ cpe: z.optional(z.string()), purl: z.optional(z.string()) }));
const product = z.object({ product_id: z.string(), product_identification_helper: identification });
const branch = z.object({ product: z.optional(product), branches: z.optional(z.array(z.unknown())) });
const relationship = z.object({
  full_product_name: z.object({ product_id: z.string() }),
  product_reference: z.string(),
  relates_to_product_reference: z.string(),
});

/** The product tree of a CSAF document, before it is read. @see https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html */
export const productTree = z.object({
  branches: z.optional(z.array(z.unknown())),
  relationships: z.optional(z.array(z.unknown())),
});

/** An rpm package as a component of one major release of RHEL. */
export interface RedHatComponent {
  /** `8` */
  readonly release: string;
  readonly name: string;
  readonly kind: 'source' | 'binary';
  /** `[epoch:]version-release`; undefined: every version (nothing is fixed) */
  readonly version: string | undefined;
  readonly arch: string | undefined;
  /** `NAME:STREAM`; `*`: of a module that is not named */
  readonly module: string | undefined;
}

type Part = Omit<RedHatComponent, 'release'>;

/** deeper than any real tree */
const maxDepth = 30;

/**
 * Components of the main stream of RHEL by product id. Streams that are paid for apart (EUS, AUS, TUS, E4S, ELS) and
 * layered products have fixes of their own, with versions that say nothing about the main stream.
 */
export function redHatComponents(tree: z.infer<typeof productTree>): Map<string, RedHatComponent> {
  const releases = new Map<string, string>();
  const parts = new Map<string, Part>();
  const walk = (entries: readonly unknown[], depth: number): void => {
    for (const entry of entries) {
      const parsed = z.safeParse(branch, entry);
      if (!parsed.success) continue;
      const { product: found, branches } = parsed.data;
      const helper = found?.product_identification_helper;
      const release = releaseOf(helper?.cpe);
      if (found !== undefined && release !== undefined) releases.set(found.product_id, release);
      const part = helper?.purl === undefined ? undefined : partOfPurl(helper.purl);
      if (found !== undefined && part !== undefined) parts.set(found.product_id, part);
      if (branches !== undefined && depth < maxDepth) walk(branches, depth + 1);
    }
  };
  walk(tree.branches ?? [], 0);
  const components = new Map<string, RedHatComponent>();
  for (const entry of tree.relationships ?? []) {
    const parsed = z.safeParse(relationship, entry);
    if (!parsed.success) continue;
    const { full_product_name, product_reference, relates_to_product_reference } = parsed.data;
    const release = releases.get(relates_to_product_reference);
    if (release === undefined) continue;
    const part = parts.get(product_reference) ?? partOfName(product_reference);
    if (part !== undefined) components.set(full_product_name.product_id, { release, ...part });
  }
  return components;
}

/** Hypervisor hosts are a product of their own. */
const mainStream = /^cpe:\/[ao]:redhat:enterprise_linux:(\d{1,3})(?:\.\d{1,3})?(?:::(?!hypervisor)[a-z_]+)?$/;

function releaseOf(cpe: string | undefined): string | undefined {
  return cpe === undefined ? undefined : mainStream.exec(cpe)?.[1];
}

/** `pkg:rpm/redhat/openssl@3.0.7-27.el9?arch=aarch64&epoch=1`, `pkg:rpm/redhat/golang?arch=src&rpmmod=go-toolset:rhel8` */
function partOfPurl(purl: string): Part | undefined {
  const shape = /^pkg:rpm\/redhat\/([^@?#/]{1,200})(?:@([^?#]{1,200}))?(?:\?([^#]{1,500}))?$/.exec(purl);
  if (shape === null) return undefined;
  const [, name, version, qualifiers] = shape;
  const values = new URLSearchParams((qualifiers ?? '').replaceAll('+', '%2B'));
  const arch = values.get('arch') ?? undefined;
  const epoch = values.get('epoch');
  const evr = version === undefined ? undefined : `${epoch ? `${epoch}:` : ''}${decoded(version)}`;
  const stream = values.get('rpmmod')?.split(':').slice(0, 2).join(':');
  const modular = evr !== undefined && isModularBuild(evr);
  return {
    name: decoded(name!),
    kind: arch === 'src' ? 'source' : 'binary',
    version: evr,
    arch: arch === 'src' ? undefined : arch,
    module: stream || (modular ? '*' : undefined),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Older documents name the component alone, which is a source package: `kernel`, `postgresql:15/postgresql`. */
function partOfName(reference: string): Part | undefined {
  const shape = /^(?:([\w.+-]{1,100}:[\w.+-]{1,100})\/)?([A-Za-z0-9][\w.+-]{0,199})$/.exec(reference);
  if (shape === null) return undefined;
  return { name: shape[2]!, kind: 'source', version: undefined, arch: undefined, module: shape[1] };
}
