import {
  type FixtureImage,
  fixtureImage,
  tarArchive,
  withChecksum,
} from '../packages/engine/src/image/testing/image-builder.ts';

/** What file systems show otherwise than a tar says it: names, links, modes, folders hidden and removed. */
export function oddImage(): FixtureImage {
  const manifest = (name: string) => JSON.stringify({ name, version: '1.0.0' });
  const latin1 = tarArchive([{ path: 'srv/node_modules/caf-/package.json', content: manifest('named-in-latin-1') }]);
  latin1[latin1.indexOf('caf-') + 3] = 0xe9;
  withChecksum(latin1.subarray(0, 512));
  const long = `srv/${'deep/'.repeat(25)}node_modules/linked/package.json`;
  return fixtureImage({
    layers: [
      [
        { path: './', type: 'directory', mode: 0o1777 },
        { path: './usr/bin/su', content: 'su', mode: 0o4755, uid: 7, gid: 70_000 },
        { path: './usr/bin/sg', type: 'hardlink', linkTarget: './usr/bin/su' },
        { path: 'lib', type: 'symlink', linkTarget: 'usr/lib' },
        { path: 'opt/node_modules/gone/package.json', content: manifest('gone') },
        { path: 'opt/hidden/node_modules/below/package.json', content: manifest('hidden') },
        { path: 'dev/null', type: 'character', mode: 0o666 },
      ],
      latin1,
      tarArchive(
        [
          { path: 'opt/node_modules/.wh.gone' },
          { path: 'opt/hidden/.wh..wh..opq' },
          { path: 'stored', content: manifest('linked') },
          { path: 'srv/node_modules/linked/package.json', type: 'hardlink', linkTarget: 'stored' },
          { path: long, content: manifest('linked') },
          { path: 'etc/empty' },
        ],
        { longNames: 'pax' },
      ),
    ],
  });
}
