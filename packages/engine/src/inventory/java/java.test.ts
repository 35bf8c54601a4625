import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { takeInventory } from '../take-inventory.ts';
import { fakeImage } from '../testing/fake-image.ts';
import { zipOf } from '../testing/zip.ts';

const library = (artifact: string, version: string) =>
  zipOf({ [`META-INF/maven/g/${artifact}/pom.properties`]: `groupId=g\nartifactId=${artifact}\nversion=${version}\n` });

test('archives where they are, nested ones with the way to them, links not again', async () => {
  const image = fakeImage([
    {
      'opt/a.war': zipOf({ 'WEB-INF/lib/b.jar': library('b', '1'), 'WEB-INF/lib/c.jar': library('c', '2') }),
      'usr/share/java/d-3.jar': library('d', '3'),
      'usr/share/java/d.jar': { link: 'd-3.jar' },
      'opt/lib': { link: '../usr/share/java' },
      'opt/UPPER.JAR': library('u', '4'),
      'opt/broken.jar': 'x',
      'opt/huge.jar': { size: 300 * 1024 * 1024 },
    },
    { 'opt/a.war': zipOf({ 'WEB-INF/lib/b.jar': library('b', '1'), 'WEB-INF/lib/c.jar': library('c', '3') }) },
  ]);
  const { packages, incomplete } = await takeInventory(image);
  expect(packages.map(({ type, name, purl, locations: [at] }) => [type, name, purl, at?.path, at?.layer])).toEqual([
    ['maven', 'g:b', 'pkg:maven/g/b@1', '/opt/a.war!/WEB-INF/lib/b.jar', 'sha256:layer-0'],
    ['maven', 'g:c', 'pkg:maven/g/c@3', '/opt/a.war!/WEB-INF/lib/c.jar', 'sha256:layer-1'],
    ['maven', 'g:d', 'pkg:maven/g/d@3', '/usr/share/java/d-3.jar', 'sha256:layer-0'],
    ['maven', 'g:u', 'pkg:maven/g/u@4', '/opt/UPPER.JAR', 'sha256:layer-0'],
  ]);
  expect(incomplete.map(({ code, path }) => [code, path])).toEqual([
    ['file-too-large', '/opt/huge.jar'],
    ['package-manifest-damaged', '/opt/broken.jar'],
  ]);
});

const unnamed = zipOf({ 'a/A.class': 'x' });
const dpkg = (list: string) => ({
  'etc/os-release': 'ID=debian\nVERSION_ID=12\n',
  'var/lib/dpkg/status': 'Package: lib-java\nStatus: install ok installed\nArchitecture: all\nVersion: 1-1\n\n',
  'var/lib/dpkg/info/lib-java.list': list,
});

test('a distro package owns what lies in the archives that it ships', async () => {
  const { packages, incomplete } = await takeInventory(
    fakeImage([
      {
        ...dpkg('/.\n/usr/share/java/a.war\n/usr/share/java/unnamed.jar\n'),
        'usr/share/java/a.war': zipOf({ 'l.jar': library('l', '1') }),
        'usr/share/java/unnamed.jar': unnamed,
        'opt/own.jar': library('own', '1'),
      },
    ]),
  );
  expect(packages.filter(({ type }) => type === 'maven').map(({ name, ownedBy }) => [name, ownedBy])).toEqual([
    ['g:l', 'lib-java'],
    ['g:own', null],
  ]);
  expect(incomplete).toEqual([]);
});

test('archives without a name are one entry', async () => {
  const { packages, incomplete } = await takeInventory(
    fakeImage([{ 'opt/b.jar': zipOf({ 'x/l.jar': unnamed }), 'opt/a.jar': unnamed }, { 'opt/c.jar': unnamed }]),
  );
  expect(packages).toEqual([]);
  expect(incomplete).toEqual([
    {
      code: 'application-unread',
      message: 'Java archive: 3 files with classes say neither what they are nor which version, so they are not listed',
      path: '/opt/a.jar',
      layer: 'sha256:layer-0',
    },
  ]);
});

test('an archive below /usr that is no longer the one that was shipped has no owner', async () => {
  const shipped = library('l', '1');
  const files = { 'usr/share/java/l.jar': shipped };
  const sums = { 'var/lib/dpkg/info/lib-java.md5sums': `${hash('md5', shipped)}  usr/share/java/l.jar\n` };
  const base = { ...dpkg('/usr/share/java/l.jar\n'), ...sums, ...files };
  const ownerOf = async (...layers: Parameters<typeof fakeImage>[0]) => {
    const { packages } = await takeInventory(fakeImage(layers));
    return packages.find(({ type }) => type === 'maven')?.ownedBy;
  };
  expect(await ownerOf(base)).toBe('lib-java');
  expect(await ownerOf(base, { 'usr/share/java/l.jar': library('l', '2') })).toBe(null);
});
