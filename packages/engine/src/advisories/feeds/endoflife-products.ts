/** Products of endoflife.date that are distros, by os-release id. */
export interface DistroProduct {
  readonly product: string;
  /** os-release ids that its cycles stand for */
  readonly ids: readonly string[];
  /** `extendedSupport` is public and free of charge */
  readonly extendedIsPublic?: true;
  /** cycles that are another distro's under the same os-release id */
  readonly without?: readonly string[];
  /** how VERSION_ID writes a cycle, where that differs */
  readonly version?: (cycle: string) => string;
}

export function endOfLifeUrl(product: string): string {
  return `https://endoflife.date/api/${product}.json`;
}

/**
 * Debian's extended support is the LTS team's, open to all; that of Ubuntu, RHEL, Oracle, SLES is paid and does not
 * count. CentOS Stream calls itself `centos` too; its release 8 cannot be told from CentOS Linux 8 by id and version.
 */
export const distroProducts: readonly DistroProduct[] = [
  { product: 'debian', ids: ['debian'], extendedIsPublic: true },
  { product: 'devuan', ids: ['devuan'] },
  { product: 'ubuntu', ids: ['ubuntu'] },
  { product: 'linuxmint', ids: ['linuxmint'] },
  { product: 'alpine-linux', ids: ['alpine'] },
  { product: 'rhel', ids: ['rhel'] },
  { product: 'centos', ids: ['centos'] },
  { product: 'centos-stream', ids: ['centos'], without: ['8'] },
  { product: 'centos-stream', ids: ['centos-stream'] },
  { product: 'rocky-linux', ids: ['rocky'] },
  { product: 'almalinux', ids: ['almalinux'] },
  { product: 'eurolinux', ids: ['eurolinux'] },
  { product: 'fedora', ids: ['fedora'] },
  { product: 'amazon-linux', ids: ['amzn'] },
  { product: 'oracle-linux', ids: ['ol'] },
  {
    product: 'sles',
    ids: ['sles'],
    version: (cycle) => cycle.replace(/\.0$/, (end) => (Number.parseInt(cycle, 10) < 16 ? '' : end)),
  },
  { product: 'opensuse', ids: ['opensuse-leap', 'opensuse'] },
  { product: 'photon', ids: ['photon'] },
  { product: 'azure-linux', ids: ['azurelinux', 'mariner'] },
  { product: 'mageia', ids: ['mageia'] },
  { product: 'nixos', ids: ['nixos'] },
  { product: 'cos', ids: ['cos'], version: (cycle) => cycle.replace(/^cos-/, '') },
];
