import { sourceOf } from '../../rpm/rpm-package.ts';
import type { Dialect, DialectFacts } from '../dialect.ts';
import { propertyOf, type StatedComponent } from '../stated-component.ts';

/** More places of one package than this are not listed. */
const mostPlaces = 100;

/**
 * Syft: `syft:metadata:…` is what the package database says, `syft:location:N:path` where it was found.
 *
 * @see https://github.com/anchore/syft/tree/main/syft/format/internal/cyclonedxutil
 */
export const syft: Dialect = {
  tool: 'syft',
  prefix: 'syft:',
  leavesOutOwnSource: true,
  factsOf(type, component) {
    const metadata = (name: string) => propertyOf(component, `syft:metadata:${name}`);
    const [epoch, modularity] = [metadata('epoch'), metadata('modularityLabel')];
    const paths = placesOf(component);
    return {
      ...sourceFacts(type, metadata),
      ...(epoch === null ? {} : { epoch }),
      ...(modularity === null ? {} : { modularity }),
      ...(paths.length > 0 ? { paths } : {}),
    };
  },
};

/** It leaves out a source that has the package's own name. */
function sourceFacts(type: string, metadata: (name: string) => string | null): Pick<DialectFacts, 'source'> {
  if (type === 'deb') {
    const name = metadata('source');
    return { source: name === null ? null : { name, version: metadata('sourceVersion') } };
  }
  if (type === 'apk') {
    const name = metadata('originPackage');
    return { source: name === null ? null : { name, version: null } };
  }
  const source = type === 'rpm' ? sourceOf(metadata('sourceRpm')) : null;
  return source === null ? {} : { source };
}

function placesOf(component: StatedComponent): readonly string[] {
  const paths: string[] = [];
  for (let at = 0; at < mostPlaces; at += 1) {
    const path = propertyOf(component, `syft:location:${at}:path`);
    if (path === null) break;
    paths.push(path);
  }
  return paths;
}
