const base = 'https://ftp.suse.com/pub/projects/security/oval';

export interface SuseFile {
  readonly name: string;
  readonly url: string;
  /** shards that can come of it */
  readonly makes: RegExp;
  /** of a product as OVAL names it; undefined: it is sold apart, or no distro */
  shardOf(platform: string): string | undefined;
}

/** The `-affected` files tell what has no fix besides what has one. */
export const suseFiles: readonly SuseFile[] = [
  enterprise(12),
  enterprise(15),
  enterprise(16),
  micro('suse.linux.enterprise.micro.5-affected', /^SUSE Linux Enterprise Micro (5\.\d)$/),
  micro('suse.linux.micro.6-affected', /^SUSE Linux Micro (6\.\d)$/),
  ...['15.0', '15.1', '15.2', '15.3', '15.4', '15.5', '15.6', '16.0', '42.3'].map(leap),
  {
    name: 'opensuse.tumbleweed',
    url: `${base}/opensuse.tumbleweed.xml.gz`,
    makes: /^opensuse-tumbleweed$/,
    shardOf: (platform) => (platform === 'openSUSE Tumbleweed' ? 'opensuse-tumbleweed' : undefined),
  },
];

/**
 * A server of a service pack has its modules: `SUSE Linux Enterprise Module for Basesystem 15 SP3`. Long-term and partner
 * offers (`15 SP3-LTSS`, `-ESPOS`, `… for SAP Applications`, HPC, Real Time) are sold apart and have fixes of their own.
 */
function enterprise(major: 12 | 15 | 16): SuseFile {
  const product = /^SUSE Linux Enterprise (?:Server|Module for [\w .&-]+?) (\d+)(?: SP(\d+)|\.(\d+))?$/;
  return {
    name: `suse.linux.enterprise.${major}`,
    url: `${base}/suse.linux.enterprise.${major}-affected.xml.gz`,
    makes: new RegExp(`^sles-${major}(?:\\.\\d+)?$`),
    shardOf: (platform) => {
      const found = product.exec(platform);
      if (found === null || Number(found[1]) !== major) return undefined;
      const pack = found[2] ?? found[3];
      return pack === undefined ? `sles-${major}` : `sles-${major}.${pack}`;
    },
  };
}

function micro(file: string, product: RegExp): SuseFile {
  return {
    name: file.replace('-affected', ''),
    url: `${base}/${file}.xml.gz`,
    makes: new RegExp(`^sle-micro-${/\d/.exec(file)![0]}\\.\\d$`),
    shardOf: (platform) => {
      const release = product.exec(platform)?.[1];
      return release === undefined ? undefined : `sle-micro-${release}`;
    },
  };
}

function leap(release: string): SuseFile {
  return {
    name: `opensuse.leap.${release}`,
    url: `${base}/opensuse.leap.${release}.xml.gz`,
    makes: new RegExp(`^opensuse-leap-${release.replace('.', '\\.')}$`),
    shardOf: (platform) => (/^openSUSE Leap [\d.]+/.test(platform) ? `opensuse-leap-${release}` : undefined),
  };
}
