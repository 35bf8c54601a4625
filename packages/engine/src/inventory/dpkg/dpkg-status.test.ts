import { describe, expect, test } from 'vitest';
import { parseDpkgStatus } from './dpkg-status.ts';

const parse = (text: string, kind: 'status' | 'status.d') => parseDpkgStatus(Buffer.from(text), kind);

const bash = 'Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2-1\n';

describe('which entries are installed packages', () => {
  test.each([
    ['install ok installed', true],
    ['hold ok installed', true],
    ['install ok triggers-pending', true],
    ['install ok triggers-awaited', true],
    ['install ok half-configured', true],
    ['install reinstreq half-installed', true],
    ['install ok unpacked', true],
    ['deinstall ok config-files', false],
    ['purge ok not-installed', false],
  ])('%s', (status, listed) => {
    const { packages, damage } = parse(`Package: a\nStatus: ${status}\nVersion: 1\n`, 'status');
    expect(packages.length).toBe(listed ? 1 : 0);
    expect(damage).toBe(null);
  });

  test('an entry that is not installed needs no version', () => {
    const text = 'Package: a\nStatus: unknown ok not-installed\nArchitecture: amd64\n\n';
    expect(parse(text, 'status')).toEqual({ packages: [], damage: null });
  });
});

describe('the fields of a package', () => {
  test.each([
    ['', { name: 'a', version: '1' }],
    ['Source: b\n', { name: 'b', version: '1' }],
    ['Source: b (2:3-4)\n', { name: 'b', version: '2:3-4' }],
    ['source:b(5)\n', { name: 'b', version: '5' }],
  ])('source from %j', (field, source) => {
    const { packages } = parse(`Package: a\nStatus: install ok installed\n${field}Version: 1\n`, 'status');
    expect(packages).toEqual([{ name: 'a', version: '1', arch: null, source }]);
  });

  test('continuation lines, other fields, comments and line ends of Windows', () => {
    const text = `Package: a\r\nDescription: x\r\n Version: 9\r\n .\r\n \r\n\tPackage: z\r\n# Version: 8\r\nversion: 1\r\n\r\n`;
    expect(parse(text, 'status.d').packages.map(({ name, version }) => `${name} ${version}`)).toEqual(['a 1']);
  });

  test('the same package in two architectures is two packages', () => {
    const { packages } = parse(`${bash}\n${bash.replace('amd64', 'i386')}`, 'status');
    expect(packages.map(({ arch }) => arch)).toEqual(['amd64', 'i386']);
  });

  test('a file of status.d has no status and may lack the final line end', () => {
    const { packages, damage } = parse('Package: a\nVersion: 1', 'status.d');
    expect([packages.length, damage]).toEqual([1, null]);
  });
});

describe('damage is told, and what can be read is listed', () => {
  test.each([
    ['no status', 'Package: a\nVersion: 1\n', 2],
    ['an unknown status', 'Package: a\nStatus: install ok instaled\nVersion: 1\n', 2],
    ['no version', 'Package: a\nStatus: install ok installed\n', 1],
    ['no name', 'Status: install ok installed\nVersion: 1\n', 1],
    ['a blank in a version', 'Package: a\nStatus: install ok installed\nVersion: 1 2\n', 1],
    ['an unreadable source', 'Package: a\nStatus: install ok installed\nVersion: 1\nSource: b (\n', 1],
    ['bytes that are no text', '\u0000\u0001\u0002\n', 1],
    ['a continuation of nothing', ' x\n', 1],
    ['no final line end', 'Package: a\nStatus: install ok installed\nVersion: 1', 2],
  ])('%s', (_, text, listed) => {
    const { packages, damage } = parse(`${bash}\n${text}`, 'status');
    expect(damage?.code).toBe('package-database-damaged');
    expect(packages.length).toBe(listed);
    expect(parse(`${text.trimEnd()}\n\n${bash}`, 'status').packages.at(-1)?.name).toBe('bash');
  });

  test('cut anywhere, it never claims to be whole', () => {
    const text = `${bash}\n${bash.replace('bash', 'dash')}`;
    for (let length = 1; length < text.length - 1; length += 1) {
      const { packages, damage } = parse(text.slice(0, length), 'status');
      const atStanzaEnd = length === bash.length || length === bash.length + 1;
      expect(damage === null, `cut at ${length}`).toBe(atStanzaEnd);
      expect(packages.length).toBeLessThanOrEqual(2);
    }
  });
});

test('lines of megabytes and a million entries take linear time', () => {
  const long = `Package: a\nStatus: install ok installed\nVersion: 1\nDepends: ${'x'.repeat(4_000_000)}\n`;
  expect(parse(long, 'status').packages.length).toBe(1);
  expect(parse('Package:a\nVersion:1\n\n'.repeat(200_000), 'status').packages.length).toBe(200_000);
});
