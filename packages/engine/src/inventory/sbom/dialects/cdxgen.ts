import type { Dialect } from '../dialect.ts';
import { propertyOf } from '../stated-component.ts';

/**
 * cdxgen has packages of a distro listed by a Trivy of its own, and leaves out what that says of their sources: these stand
 * as components of their own (`builtFrom`). Of Alpine's the origin is left.
 *
 * @see https://github.com/cdxgen/cdxgen/blob/master/lib/managers/binary.js
 */
export const cdxgen: Dialect = {
  tool: 'cdxgen',
  prefix: 'aquasecurity:trivy:Package',
  leavesOutOwnSource: true,
  factsOf(type, component) {
    const origin = type === 'apk' ? propertyOf(component, 'aquasecurity:trivy:PackageOrigin') : null;
    return origin === null ? {} : { source: { name: origin, version: null } };
  },
};
