import { hash } from 'node:crypto';
import type { Package } from '../inventory/types.ts';
import type { Finding, FindingKind } from './types.ts';
import { compareText } from './vulnerability-group.ts';

/**
 * A readable key: `vulnerability:CVE-2022-0778:deb/libssl1.1@1.1.1n-0+deb11u2:amd64:/var/lib/dpkg/status`. Parts that a
 * package does not have are left out. One image may hold two packages that share all of it: see `uniqueKeys`.
 *
 * @param subject the package, see `packageKey`; null: the image
 */
export function findingKey(kind: FindingKind, id: string, subject: string | null): string {
  return subject === null ? `${kind}:${id}` : `${kind}:${id}:${subject}`;
}

/** What keys name a package by: `deb/libssl1.1@1.1.1n-0+deb11u2:amd64:/var/lib/dpkg/status`. */
export function packageKey({ type, name, version, arch, locations }: Package): string {
  return [`${type}/${name}@${version}`, arch, locations[0]?.path]
    .filter((part) => part !== null && part !== undefined)
    .join(':');
}

/** Digits of a fingerprint: 128 bits. */
const fingerprintLength = 32;

/** The same for the same problem of the same package in whatever version and place; for baselines. */
export function fingerprint(kind: FindingKind, id: string, pkg: Pick<Package, 'type' | 'name'> | null): string {
  const subject = JSON.stringify([kind, id, pkg?.type ?? null, pkg?.name ?? null]);
  return hash('sha256', subject).slice(0, fingerprintLength);
}

/** The same, which remembers: one module of many binaries has the same vulnerabilities. */
export function fingerprints(): typeof fingerprint {
  const known = new Map<string, string>();
  return (kind, id, pkg) => {
    const subject = `${kind}\0${id}\0${pkg?.type}\0${pkg?.name}`;
    const found = known.get(subject);
    if (found !== undefined) return found;
    const made = fingerprint(kind, id, pkg);
    known.set(subject, made);
    return made;
  };
}

/** The worst first: by level (falling), id, package name, package version and key, all in code unit order. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    b.level - a.level ||
    compareText(a.id, b.id) ||
    compareText(a.package?.name ?? '', b.package?.name ?? '') ||
    compareText(a.package?.version ?? '', b.package?.version ?? '') ||
    compareText(a.key, b.key)
  );
}

/** Numbers keys that are there more than once (`…#2`), in the order given. */
export function uniqueKeys(findings: readonly Finding[]): Finding[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const count = (seen.get(finding.key) ?? 0) + 1;
    seen.set(finding.key, count);
    return count === 1 ? finding : { ...finding, key: `${finding.key}#${count}` };
  });
}
