import type { Finding } from '../../matching/types.ts';
import type { Purl } from '../../purl/parse-purl.ts';
import { matchesImage } from '../image-pattern.ts';
import { knownPurl, matchesPurl } from '../purl-match.ts';
import type { OrderVersions, PolicySubject, VexStatus } from '../types.ts';
import type { VexProduct, VexSoftware } from './vex-statement.ts';

type Image = PolicySubject['image'];

/** Purl types that name images. */
const imageTypes: ReadonlySet<string> = new Set(['oci', 'docker']);

/** Whether a product means something, or why not, in words. */
export type Fit = { readonly fits: true } | { readonly fits: false; readonly why: string };

const fits: Fit = { fits: true };
const misfit = (why: string): Fit => ({ fits: false, why });

/** Whether it means this image. Where a digest is stated, a name is only for people. */
function isImage(software: VexSoftware, image: Image): boolean {
  const purls = software.purls
    .map(knownPurl)
    .filter((purl) => purl !== null)
    .filter(({ type }) => imageTypes.has(type));
  const pinned = purls.filter(({ version }) => version !== null && isDigest(version));
  if (software.digests.some((digest) => digest === image.digest || digest === image.id)) return true;
  if (software.digests.length > 0 || pinned.length > 0) return pinned.some((purl) => isImagePurl(purl, image));
  return software.names.some((name) => matchesImage(name, image)) || purls.some((purl) => isImagePurl(purl, image));
}

function isDigest(version: string): boolean {
  return /^sha256:/i.test(version);
}

function isImagePurl({ type, namespace, name, version, qualifiers }: Purl, image: Image): boolean {
  const [os, arch] = (image.platform ?? '').split('/');
  if (qualifiers.has('arch') && arch && qualifiers.get('arch') !== arch) return false;
  if (qualifiers.has('os') && os && qualifiers.get('os') !== os) return false;
  if (version !== null && isDigest(version)) return [image.digest, image.id].includes(version.toLowerCase());
  const path = namespace === '' ? name : `${namespace}/${name}`;
  const tag = type === 'docker' ? version : (qualifiers.get('tag') ?? null);
  if (type === 'oci' && version !== null) return false;
  const repository = withName(qualifiers.get('repository_url') ?? '', path);
  return !/[*?]/.test(repository + tag) && matchesImage(tag === null ? repository : `${repository}:${tag}`, image);
}

/** `repository_url` is the repository; some write only what is before the name. */
function withName(url: string, path: string): string {
  const base = url.replace(/^https?:\/\//, '').replace(/\/+$/, '');
  if (base === '') return path;
  return base === path || base.endsWith(`/${path}`) ? base : `${base}/${path}`;
}

/**
 * Whether a statement on a product is about this finding: of the image, all of it or the package; or of the package itself.
 * A statement that a version is fixed also holds for later ones.
 */
export function fitsFinding(
  product: VexProduct,
  status: VexStatus,
  finding: Finding,
  image: Image,
  order: OrderVersions,
  inRange: (range: string, version: string) => boolean,
): Fit {
  const { software, parts, versions } = product;
  const ofImage = isImage(software, image);
  if (ofImage && parts.length === 0) return fits;
  const meant = ofImage ? parts : parts.length === 0 ? [software] : null;
  if (meant === null) return misfit(`its product ${software.label} is not this image`);
  let why: string | undefined;
  for (const part of meant) {
    const fit = fitsPackage(part, versions, status, finding, ofImage, order, inRange);
    if (fit.fits) return fit;
    why ??= fit.why;
    if (/ is version | < |no version/.test(fit.why)) why = fit.why;
  }
  return misfit(why ?? 'it names nothing');
}

function fitsPackage(
  part: VexSoftware,
  versions: readonly string[] | null,
  status: VexStatus,
  finding: Finding,
  ofImage: boolean,
  order: OrderVersions,
  inRange: (range: string, version: string) => boolean,
): Fit {
  const { package: pkg } = finding;
  const installed = pkg === null ? null : knownPurl(pkg.purl);
  if (pkg === null || installed === null) return misfit(`${part.label} is not what the finding is about`);
  if (fitsCpe(part, finding)) return fits;
  const named = part.purls.map(knownPurl).filter((purl) => purl !== null);
  if (named.length === 0 && part.cpes.length > 0) return misfit(cpeMisfit(part, finding));
  if (named.length === 0) return misfit(`${part.label} is named neither as an image here nor by a package URL`);
  const same = named.filter((purl) => matchesPurl(purl, installed, false) || isSource(purl, finding, installed));
  if (same.length === 0) {
    const where = ofImage ? 'the finding is in' : 'it is neither this image nor the package of the finding,';
    return misfit(`${part.label} is another package: ${where} ${pkg.name}`);
  }
  if (versions !== null) {
    const isMeant = versions.some((version) =>
      version.startsWith('vers:') ? inRange(version, pkg.version) : version === pkg.version,
    );
    return isMeant ? fits : misfit(`${pkg.name} is version ${pkg.version}, which it does not name`);
  }
  let why = '';
  for (const purl of same) {
    const version = isSource(purl, finding, installed) ? finding.evidence.matchedPackage!.version : pkg.version;
    if (purl.version === version) return fits;
    if (purl.version === null) {
      if (status !== 'fixed' || ofImage) return fits;
      why = `it says no version of ${pkg.name} that is fixed`;
    } else if (status === 'fixed') {
      const ordering = order(pkg.type, version, purl.version);
      if (ordering !== null && ordering >= 0) return fits;
      why =
        ordering === null
          ? `the version ${version} cannot be compared with ${purl.version}, which it calls fixed`
          : `${version} < ${purl.version}, the version that it calls fixed`;
    } else {
      why = `${pkg.name} is version ${version}, and it speaks of ${purl.version}`;
    }
  }
  return misfit(why);
}

/** `pkg:deb/debian/openssl?arch=source` of a finding in libssl3. */
function isSource(purl: Purl, { evidence }: Finding, installed: Purl): boolean {
  const { matchedPackage } = evidence;
  if (purl.qualifiers.get('arch') !== 'source' || matchedPackage === undefined) return false;
  return purl.type === installed.type && purl.namespace === installed.namespace && purl.name === matchedPackage.name;
}

/**
 * A CPE names a product as its maker ships it: exactly what a program is that no package owns and that is matched by the CPEs
 * of the NVD. A distro's package is no such thing, whatever it is called.
 */
function fitsCpe({ cpes }: VexSoftware, { package: pkg, evidence }: Finding): boolean {
  if (pkg?.type !== 'generic') return false;
  return cpes.some(
    ({ product, version }) =>
      product === evidence.matchedPackage?.name && (version === null || version === pkg.version),
  );
}

function cpeMisfit({ cpes, label }: VexSoftware, { package: pkg, evidence }: Finding): string {
  const same = cpes.find(({ product }) => pkg?.type === 'generic' && product === evidence.matchedPackage?.name);
  if (same) return `${pkg?.name} is version ${pkg?.version}, and it speaks of ${same.version}`;
  return `${label} is named by a CPE alone, which means programs that no package owns, and the finding is in ${pkg?.name} (${pkg?.type})`;
}
