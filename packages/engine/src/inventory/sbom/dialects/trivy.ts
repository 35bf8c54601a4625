import type { Dialect, DialectFacts } from '../dialect.ts';
import { propertyOf } from '../stated-component.ts';

/**
 * Trivy: `aquasecurity:trivy:…`. It states the source of every package of a distro, in parts.
 *
 * @see https://trivy.dev/latest/docs/supply-chain/sbom/
 */
export const trivy: Dialect = {
  tool: 'trivy',
  leavesOutOwnSource: false,
  prefix: 'aquasecurity:trivy:',
  factsOf(type, component) {
    const stated = (name: string) => propertyOf(component, `aquasecurity:trivy:${name}`);
    const [path, modularity] = [stated('FilePath'), stated('Modularitylabel')];
    return {
      ...sourceFacts(type, stated),
      ...(modularity === null ? {} : { modularity }),
      ...(path === null ? {} : { paths: [path] }),
    };
  },
};

/** `[epoch:]version[-release]`; an rpm's source has no epoch in its file name, and so none in the inventory. */
function sourceFacts(type: string, stated: (name: string) => string | null): Pick<DialectFacts, 'source'> {
  const [name, version, release] = [stated('SrcName'), stated('SrcVersion'), stated('SrcRelease')];
  if (name === null) return {};
  const epoch = type === 'rpm' ? null : stated('SrcEpoch');
  // in one text with all of its parts, where SPDX has it as source information
  if (type === 'rpm' && version !== null && release === null)
    return { source: { name, version: version.replace(/^\d+:/, '') } };
  if (version === null) return { source: { name, version } };
  const before = epoch === null || epoch === '0' ? '' : `${epoch}:`;
  return { source: { name, version: `${before}${version}${release === null ? '' : `-${release}`}` } };
}
