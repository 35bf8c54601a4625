import type { Distro, Package } from '../inventory/types.ts';

/** How the vendor field of a distro's own rpm packages begins, by os-release id. */
const vendors: Readonly<Record<string, readonly string[]>> = {
  almalinux: ['AlmaLinux'],
  amzn: ['Amazon Linux', 'Amazon.com', 'Amazon AWS'],
  azurelinux: ['Microsoft Corporation'],
  centos: ['CentOS'],
  fedora: ['Fedora Project'],
  mariner: ['Microsoft Corporation'],
  ol: ['Oracle America'],
  'opensuse-leap': ['openSUSE', 'SUSE LLC'],
  'opensuse-tumbleweed': ['openSUSE', 'SUSE LLC'],
  photon: ['VMware, Inc.'],
  rhel: ['Red Hat, Inc.'],
  rocky: ['Rocky Enterprise Software Foundation', 'Rocky Linux'],
  'sl-micro': ['SUSE LLC'],
  'sle-micro': ['SUSE LLC'],
  sles: ['SUSE LLC'],
};

/** Whether an rpm package is the distro's own: its header says so. What anybody else built is judged by its ecosystem. */
export function isDistrosOwn(pkg: Package, distro: Distro): boolean {
  const vendor = pkg.vendor ?? '';
  return (vendors[distro.id] ?? []).some((begin) => vendor.startsWith(begin));
}

/**
 * Whether an rpm package is known to be somebody else's (EPEL's in RHEL, a vendor's own): the distro's advisories are about
 * other builds, even under the same name. One that does not say who built it is judged like the distro's.
 */
export function isForeign(pkg: Package, distro: Distro): boolean {
  return pkg.type === 'rpm' && pkg.vendor != null && Object.hasOwn(vendors, distro.id) && !isDistrosOwn(pkg, distro);
}
