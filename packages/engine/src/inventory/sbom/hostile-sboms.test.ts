import { describe, expect, test } from 'vitest';
import { ImageError } from '../../image/error.ts';
import type { Inventory } from '../types.ts';
import { SbomDocument } from './sbom-document.ts';

/** In pieces, as files come. */
function read(...pieces: readonly string[]): Inventory {
  const document = new SbomDocument('the SBOM');
  for (const piece of pieces) document.push(Buffer.from(piece));
  return document.end().inventory;
}

function cyclonedx(components: string): string {
  return `{"bomFormat":"CycloneDX","specVersion":"1.6","components":${components}}`;
}

const names = ({ packages }: Inventory) => packages.map(({ name }) => name);

describe('more than any image has', () => {
  test('components in one component', () => {
    const purls = Array.from({ length: 249_000 }, (_, at) => `{"type":"library","purl":"pkg:npm/a@${at}"}`);
    const found = read(cyclonedx(`[{"type":"container","components":[${purls.join()}]}]`));
    expect(found.packages).toHaveLength(249_000);
  });

  test.each([
    ['on the outside', (list: string) => `[${list}]`],
    ['within a component', (list: string) => `[{"components":[${list}]}]`],
  ])('what is no component, %s', (_, put) => {
    expect(() => read(cyclonedx(put(`${'1,'.repeat(300_000)}1`)))).toThrow('more than 250000 components');
  });

  test('packages of the tag-value format: they are not held until the end', () => {
    const document = new SbomDocument('the SBOM');
    document.push(Buffer.from('SPDXVersion: SPDX-2.3\n'));
    expect(() => document.push(Buffer.from('PackageName: a\n'.repeat(250_001)))).toThrow('more than 250000 components');
  });

  test.each(['AnnotationComment: x\n', 'ExternalRef: a b c\n', 'PackageAttributionText: x\n'])('%j', (line) => {
    const document = new SbomDocument('the SBOM');
    document.push(Buffer.from('SPDXVersion: SPDX-2.3\nPackageName: a\nSPDXID: SPDXRef-a\n'));
    const more = Buffer.from(line.repeat(100_000));
    expect(() => {
      for (let turn = 0; turn < 30; turn += 1) document.push(more);
    }).toThrow('more than 2000000 annotations and references');
  });

  test.each([
    ['GENERATED_FROM', ''],
    ['OTHER', ',"comment":"ownership-by-file-overlap: x"'],
  ])('relationships of type %s', (type, more) => {
    const each = (at: number) =>
      `{"spdxElementId":"a${at}","relationshipType":"${type}","relatedSpdxElement":"b${at}"${more}}`;
    const list = Array.from({ length: 250_001 }, (_, at) => each(at));
    expect(() => read(`{"spdxVersion":"SPDX-2.3","relationships":[${list.join()}]}`)).toThrow(
      'more than 250000 relationships',
    );
  });
});

/** Each took minutes, and ten times as long a text a hundred times as many. */
describe('texts that expressions would go through again and again', { timeout: 5000 }, () => {
  const spdx = (creator: string) =>
    JSON.stringify({ spdxVersion: 'SPDX-2.3', creationInfo: { creators: [creator] }, packages: [] });

  test.each([
    ['versions', `Tool: ${'-1'.repeat(60_000)}\n`],
    ['spaces', `Tool: ${' '.repeat(150_000)}\n`],
  ])('the name of a tool: %s', (_, creator) => {
    expect(read(spdx(creator)).packages).toEqual([]);
  });

  test('a text of nothing but line ends, in pieces', () => {
    const blank = '\n'.repeat(1_000_000);
    const pieces = Array.from({ length: 64 }, () => blank);
    expect(() => read('SPDXVersion: SPDX-2.3\nPackageComment: <text>', ...pieces, blank, blank, blank, blank)).toThrow(
      'a text is larger than',
    );
  });
});

describe('a text of the tag-value format', () => {
  const purl = 'ExternalRef: PACKAGE-MANAGER purl pkg:npm/a@1.0.0';
  const text = `SPDXVersion: SPDX-2.3\r\nPackageName: a\r\nSPDXID: SPDXRef-a\r\nPackageComment: <text>x <b\r\n${purl.replace('/a', '/b')}\r\n</text> y\r\n${purl}\r\n`;

  test.each([1, 2, 3, 5, 7, 64])('in pieces of %d bytes', (size) => {
    const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g'))!;
    // the first piece tells which format it is
    const first = pieces.splice(0, Math.ceil(16 / size)).join('');
    expect(names(read(first, ...pieces))).toEqual(['a']);
  });

  test('keeps its lines', () => {
    const own = 'plimsoll:[["type","npm"],["name","a\\nb"],\r\n["version","1.0.0"],["purl","x"]]';
    const found = read(
      `SPDXVersion: SPDX-2.3\nPackageName: a\nSPDXID: SPDXRef-a\nAnnotator: Tool: plimsoll-1\nSPDXREF: SPDXRef-a\nAnnotationComment: <text>${own}</text>\n`,
    );
    expect(names(found)).toEqual(['a\nb']);
  });

  test('that says nowhere what it describes may be cut', () => {
    const document = (...lines: readonly string[]) =>
      read(
        `SPDXVersion: SPDX-2.3\n${['a', 'b'].map((name) => `PackageName: ${name}\n${purl}\n`).join('')}${lines.join('\n')}\n`,
      );
    expect(document().incomplete).toEqual([
      { code: 'sbom-incomplete', message: expect.stringContaining('does not say what it describes') },
    ]);
    expect(document('Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-x').incomplete).toEqual([]);
  });

  test('without an end', () => {
    expect(() => read('SPDXVersion: SPDX-2.3\nPackageComment: <text>x\n</tex')).toThrow(ImageError);
    expect(() => read('SPDXVersion: SPDX-2.3\nPackageComment: <text>x\n</tex')).toThrow('a text has no end');
  });
});

describe('the distro of a package URL', () => {
  const distroOf = (purl: string) => read(cyclonedx(JSON.stringify([{ type: 'library', name: 'x', purl }]))).distro;

  test('whose namespace begins with a digit', () => {
    expect(distroOf('pkg:deb/2x/foo@1?distro=12')).toMatchObject({ id: '2x', version: '12' });
    expect(distroOf('pkg:deb/debian/foo@1?distro=12.5')).toMatchObject({ id: 'debian', version: '12' });
    expect(distroOf('pkg:deb/foo@1?distro=12')).toBeNull();
  });
});

test.each([
  ['alpine/musl@1.2.2-r7?distro=alpine-3.12', 'apk', 'alpine', '3.12'],
  ['debian/bash@5.1-2?distro=debian-11', 'deb', 'debian', '11'],
])('a package URL that has the distro as its type: %s', (purl, type, id, version) => {
  const found = read(cyclonedx(JSON.stringify([{ type: 'library', name: 'x', purl: `pkg:${purl}` }])));
  expect(found.packages).toMatchObject([{ type }]);
  expect(found.distro).toMatchObject({ id, version });
});
