import { dayOf, type Feed, type FeedGroup, isCve, type ReadContext, reject, type Statement } from '../feed.ts';
import { childrenOf, childText } from '../formats/xml.ts';
import { sourceKeyPrefix } from '../types.ts';
import { type OvalDefinition, type OvalPackage, readOval } from './oval.ts';
import { severityOf } from './ratings.ts';

const base = 'https://raw.githubusercontent.com/microsoft/AzureLinuxVulnerabilityData/main';
const licenses = ['Azure Linux vulnerability data, MIT'];
const maxBytes = 1 << 30;

/** shard → upstream file */
const releases: Readonly<Record<string, string>> = {
  'azurelinux-3.0': 'azurelinux-3.0-oval.xml',
  'mariner-1.0': 'cbl-mariner-1.0-oval.xml',
  'mariner-2.0': 'cbl-mariner-2.0-oval.xml',
};

/**
 * Azure Linux and CBL-Mariner: which version of a source package fixes a CVE, which CVEs have no fix, and which never
 * applied.
 * @see https://github.com/microsoft/AzureLinuxVulnerabilityData
 */
export const azureLinuxFeed: Feed = {
  name: 'azure-linux',
  about: {
    title: 'Azure Linux and CBL-Mariner OVAL',
    gives: 'the version that fixes a CVE in a source package, CVEs without a fix, and those that do not apply',
    urls: Object.values(releases).map((file) => `${base}/${file}`),
    licenses,
    shards: Object.keys(releases),
    incremental: 'one file per release',
    provenOn: 'real data',
  },
  groups: async () => Object.entries(releases).map(([shard, file]) => releaseGroup(shard, `${base}/${file}`)),
};

function releaseGroup(shard: string, url: string): FeedGroup {
  return {
    name: `azure-linux/${shard}`,
    licenses,
    makes: (name) => name === shard,
    inputs: () => [{ url, maxBytes }],
    read: async (context) => {
      const found = await readOval(context, url, (definition) => readDefinition(context, shard, definition));
      if (found) context.sink.touch(shard, 'advisories');
    },
  };
}

function readDefinition({ sink, tally }: ReadContext, shard: string, definition: OvalDefinition): void {
  tally.read++;
  const { id, title, description, metadata, packages } = definition;
  const cve = childrenOf(metadata, 'reference')
    .map(({ attributes }) => attributes.ref_id ?? '')
    .find(isCve);
  if (cve === undefined || packages.length === 0) {
    reject(tally, id, cve === undefined ? 'names no CVE' : 'names no package');
    return;
  }
  const applies = childText(metadata, 'patchable') !== 'Not Applicable';
  const severity = severityOf(childText(metadata, 'severity'));
  const day = dayOf(childText(metadata, 'advisory_date'));
  for (const pkg of packages) {
    // names are those of sources, which most of the time are also a binary's
    for (const key of [pkg.name, `${sourceKeyPrefix}${pkg.name}`])
      sink.statement(shard, {
        ids: [cve],
        source: 'azure-linux',
        aliases: [],
        bulletins: [],
        package: key,
        scheme: 'rpm',
        ranges: applies ? [rangeOf(pkg)] : [],
        versions: [],
        status: applies ? 'affected' : 'not-affected',
        labels: severity === undefined ? [] : [{ source: 'microsoft', severity }],
        cvss: [],
        published: null,
        modified: null,
        fixedSince: applies && pkg.fixed !== null ? day : null,
        malicious: false,
        cwes: [],
      });
  }
  if (applies)
    sink.text([shard], { id: cve, title, description, references: [`https://nvd.nist.gov/vuln/detail/${cve}`] });
  sink.dated(shard, day);
}

function rangeOf({ fixed, lastAffected }: OvalPackage): Statement['ranges'][number] {
  return { introduced: null, fixed, lastAffected };
}
