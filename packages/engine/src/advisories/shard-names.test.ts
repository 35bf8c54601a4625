import { describe, expect, test } from 'vitest';
import { osvEcosystem, osvEcosystems, osvShard } from './feeds/osv-ecosystems.ts';
import { distroFeedExists, distroShard, ecosystemShard, ratingsShard, shardPackageName } from './shard-names.ts';

describe('names of shards', () => {
  test.each([
    ['debian', '12', 'bookworm', 'debian-12'],
    ['debian', '12.5', null, 'debian-12'],
    ['debian', null, 'forky', 'debian-14'],
    ['debian', null, 'sid', 'debian-sid'],
    ['debian', 'sid', null, 'debian-sid'],
    ['debian', null, 'constructor', undefined],
    ['debian', null, null, undefined],
    ['debian', null, 'nonsense', undefined],
    ['debian', '3.1', null, 'debian-3.1'],
    ['debian', '6.0.10', null, 'debian-6'],
    ['ubuntu', '22.04', 'jammy', 'ubuntu-22.04'],
    ['alpine', '3.12.12', null, 'alpine-3.12'],
    ['alpine', '3.21.0_alpha20240923', null, 'alpine-edge'],
    ['alpine', '3.21.0_rc1', null, 'alpine-3.21'],
    ['almalinux', '8.9', null, 'almalinux-8'],
    ['rocky', '9.3', null, 'rocky-linux-9'],
    ['arch', null, null, 'arch'],
    ['wolfi', '20230201', null, 'wolfi'],
    ['chainguard', '20230214', null, 'chainguard'],
    ['minimos', '20241031', null, 'minimos'],
    ['manjaro', null, null, undefined],
    ['kali', '2024.1', null, undefined],
    ['raspbian', '12', 'bookworm', undefined],
    ['constructor', '12', null, undefined],
  ])('%s %s (%s) → %s', (id, version, codename, shard) => {
    expect(distroShard({ id, version, codename })).toBe(shard);
  });

  test.each([
    ['7', 'CentOS Linux 7 (Core)', 'rhel-7'],
    ['8', 'CentOS Linux 8', 'rhel-8'],
    ['6.10', null, 'rhel-6'],
    ['8', 'CentOS Stream 8', undefined],
    ['9', 'CentOS Stream 9', undefined],
    ['10', null, undefined],
  ])('CentOS Linux is judged as RHEL, CentOS Stream is not: %s %s → %s', (version, prettyName, shard) => {
    expect(distroShard({ id: 'centos', version, codename: null, prettyName })).toBe(shard);
  });

  test.each([
    ['amzn', '2018.03', 'amazon-linux-1'],
    ['amzn', '2', 'amazon-linux-2'],
    ['amzn', '2023', 'amazon-linux-2023'],
    ['azurelinux', '3.0', 'azurelinux-3.0'],
    ['mariner', '2.0.20230107', 'mariner-2.0'],
    ['opensuse-leap', '15.2', 'opensuse-leap-15.2'],
    ['opensuse-tumbleweed', '20240101', 'opensuse-tumbleweed'],
    ['photon', '5.0', 'photon-5.0'],
    ['sl-micro', '6.0', 'sle-micro-6.0'],
    ['sles', '12.5', 'sles-12.5'],
    ['sles', '15', 'sles-15'],
    ['sles', '15.3', 'sles-15.3'],
    ['sles', '16.0', 'sles-16.0'],
  ])('%s %s → %s', (id, version, shard) => {
    expect(distroShard({ id, version, codename: null })).toBe(shard);
  });

  test('a distro may have feeds while its release is unknown', () => {
    expect(distroFeedExists({ id: 'debian', version: null, codename: null })).toBe(true);
    expect(distroFeedExists({ id: 'kali', version: '1', codename: null })).toBe(false);
  });

  test('every package type that has a shard has one that OSV makes, in the same scheme', () => {
    for (const type of [
      'npm',
      'pypi',
      'golang',
      'maven',
      'gem',
      'cargo',
      'composer',
      'nuget',
      'bitnami',
      'hex',
      'pub',
      'cran',
      'hackage',
      'conan',
      'swift',
      'julia',
      'pear',
    ]) {
      const { shard, scheme } = ecosystemShard(type)!;
      expect(osvEcosystems.find(({ prefix }) => prefix === shard)).toMatchObject({ scheme });
    }
    expect(ecosystemShard('deb')).toBeUndefined();
    expect(ecosystemShard('toString')).toBeUndefined();
  });

  test.each([
    ['Debian', 'Debian:12', 'debian-12'],
    ['Debian', 'Debian:6.0', 'debian-6'],
    ['Debian', 'Debian:3.1', 'debian-3.1'],
    ['Ubuntu', 'Ubuntu:22.04:LTS', 'ubuntu-22.04'],
    ['Ubuntu', 'Ubuntu:23.10', 'ubuntu-23.10'],
    ['Ubuntu', 'Ubuntu:Pro:22.04:LTS', 'ubuntu-22.04'],
    ['Ubuntu', 'Ubuntu:Pro:FIPS-updates:20.04:LTS', 'ubuntu-pro-fips-updates-20.04'],
    ['AlmaLinux', 'AlmaLinux:8', 'almalinux-8'],
    ['Rocky Linux', 'Rocky Linux:9', 'rocky-linux-9'],
    ['Packagist', 'Packagist:https://packages.drupal.org/8', 'packagist'],
    ['npm', 'PyPI', undefined],
    ['Some:thing/../else', 'Some:thing/../else', undefined],
    ['New Eco/../x', 'New Eco/../x', 'new-eco-..-x'],
  ])('%s: %s → %s', (ecosystem, text, shard) => {
    expect(osvShard(osvEcosystem(ecosystem), text)).toBe(shard);
  });

  test('ratings are by the year of the CVE', () => {
    expect(ratingsShard('CVE-2022-37434')).toBe('ratings-2022');
    expect(ratingsShard('GHSA-2022-1')).toBeUndefined();
  });

  test('names as registries compare them', () => {
    expect(shardPackageName('pypi', 'Foo_.Bar')).toBe('foo-bar');
    expect(shardPackageName('npm', 'JSONStream')).toBe('JSONStream');
    expect(shardPackageName('packagist', 'Symfony/Yaml')).toBe('symfony/yaml');
    expect(shardPackageName('packagist', 'pear.php.net/Archive_Tar')).toBe('pear/archive_tar');
  });
});
