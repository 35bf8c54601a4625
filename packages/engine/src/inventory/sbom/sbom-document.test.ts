import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ImageError } from '../../image/error.ts';
import { SbomDocument } from './sbom-document.ts';
import { codes, component, cyclonedx, read, rows } from './testing/documents.ts';

describe('a component', () => {
  test.each([
    ['pkg:npm/%40s/a@1.0.0', 'npm @s/a 1.0.0'],
    ['pkg:maven/org.x/y@1?type=jar', 'maven org.x:y 1'],
    ['pkg:golang/github.com/a/b@v1.2.3', 'golang github.com/a/b v1.2.3'],
    ['pkg:golang/stdlib@go1.22.1', 'golang stdlib 1.22.1'],
    ['pkg:golang/stdlib@v1.22.1', 'golang stdlib 1.22.1'],
    ['pkg:composer/a/b@1.0', 'composer a/b 1.0'],
    ['pkg:pypi/jinja2@3.1', 'pypi jinja2 3.1'],
    ['pkg:gem/nokogiri@1.15?platform=x86_64-linux', 'gem nokogiri 1.15'],
    ['pkg:deb/debian/a@1:2-3?arch=all&distro=debian-12', 'deb a 1:2-3 | a 1:2-3 | all'],
    ['pkg:deb/debian/a@2-3?arch=all&distro=debian-12&epoch=1', 'deb a 1:2-3 | a 1:2-3 | all'],
    ['pkg:deb/debian/a@2-3%2Bb1?upstream=src%402-3&distro=debian-12', 'deb a 2-3+b1 | src 2-3'],
    [
      'pkg:apk/alpine/libssl3@3.1-r0?arch=x86_64&upstream=openssl&distro=alpine-3.18.4',
      'apk libssl3 3.1-r0 | openssl 3.1-r0 | x86_64',
    ],
    [
      'pkg:rpm/rhel/a-libs@1-2.el8?arch=x86_64&epoch=2&upstream=a-1-2.el8.src.rpm&distro=rhel-8.9',
      'rpm a-libs 2:1-2.el8 | a 1-2.el8 | x86_64',
    ],
    ['pkg:maven/x/y@1?file_path=app%2Fa.jar', 'maven x:y 1 | /app/a.jar'],
    ['pkg:maven/x%3Ay@1', 'maven x:y 1'],
    ['pkg:npm/%40s%2Fa@1.0.0', 'npm @s/a 1.0.0'],
    ['pkg:apk/wolfi/libssl3@3.1-r0?arch=x86_64&origin=openssl', 'apk libssl3 3.1-r0 | openssl 3.1-r0 | x86_64'],
  ])('%s', (purl, row) => {
    expect(rows(read(cyclonedx({ components: [component(purl)] })))).toEqual([row]);
  });

  test('has the group of a Maven package in a field of its own', () => {
    const found = read(cyclonedx({ components: [component('pkg:maven/y@1', { group: 'org.x' })] }));
    expect(rows(found)).toEqual(['maven org.x:y 1']);
  });

  test('keeps the name that the registry takes in several spellings', () => {
    const found = read(cyclonedx({ components: [component('pkg:pypi/zope-interface@1', { name: 'Zope.Interface' })] }));
    expect(rows(found)).toEqual(['pypi Zope.Interface 1']);
  });

  test('takes version and place from fields where the purl has none', () => {
    const more = { version: '1.2', evidence: { occurrences: [{ location: '/srv/a' }, {}, 7] } };
    expect(rows(read(cyclonedx({ components: [component('pkg:npm/a', more)] })))).toEqual(['npm a 1.2 | /srv/a']);
  });

  test('is found however deep it lies, and in what the document is about', () => {
    const inner = component('pkg:npm/inner@1');
    const components = [
      {
        type: 'application',
        name: 'app',
        properties: [{ name: 'aquasecurity:trivy:Class', value: 'lang-pkgs' }],
        components: [inner],
      },
    ];
    const metadata = { component: { type: 'container', name: 'x', components: [component('pkg:npm/part@1')] } };
    expect(rows(read(cyclonedx({ components, metadata })))).toEqual(['npm inner 1', 'npm part 1']);
  });

  test('is listed once', () => {
    const same = component('pkg:npm/a@1', { 'bom-ref': 'same' });
    expect(rows(read(cyclonedx({ components: [same, same] })))).toEqual(['npm a 1']);
  });
});

describe('what an SBOM does not tell', () => {
  const npm = component('pkg:npm/a@1');
  test.each([
    ['nothing', {}, 'sbom-incomplete: the SBOM lists no package at all: what is installed is not known'],
    [
      'no components',
      { components: [], dependencies: [{ ref: 'pkg:npm/a@1' }] },
      'sbom-incomplete: the SBOM lists no package at all',
    ],
    [
      'a distro without packages',
      { components: [npm, { type: 'operating-system', name: 'debian', version: '12' }] },
      'package-database-missing: the SBOM says that the image is debian 12',
    ],
    [
      'its own gaps',
      { components: [npm], compositions: [{ aggregate: 'incomplete_first_party_only' }] },
      'sbom-incomplete: the SBOM says of itself',
    ],
    [
      'a purl',
      { components: [npm, { type: 'library', name: 'b', version: '1' }] },
      'sbom-component-unread: 1 component of the SBOM has no package URL, so they are not listed: "b 1"',
    ],
    [
      'a purl that can be read',
      { components: [npm, component('pkg:npm'), component('npm/x@1')] },
      'sbom-component-unread: 2 components of the SBOM have a package URL that cannot be read',
    ],
    [
      'a version',
      { components: [npm, component('pkg:maven/a/b'), component('pkg:maven/a/b@UNKNOWN')] },
      'application-unread: 2 components of the SBOM have no version',
    ],
    [
      'the version of a distro’s package',
      { components: [npm, component('pkg:apk/alpine/a')] },
      'sbom-component-unread: 1 component of the SBOM has no version',
    ],
    [
      'a name that can be read',
      { components: [npm, component('pkg:npm/a%20b@1')] },
      'sbom-component-unread: 1 component of the SBOM has a name or version that cannot be read',
    ],
    [
      'objects',
      { components: [npm, 7, null, ['x']] },
      'sbom-component-unread: 3 components of the SBOM have a name or version that cannot be read',
    ],
    [
      'a list',
      { components: 'x' },
      'sbom-component-unread: 1 component of the SBOM has a name or version that cannot be read',
    ],
    [
      'sources',
      { components: [component('pkg:deb/debian/libssl3@1?distro=debian-12')] },
      'sbom-source-unknown: the SBOM does not say what source 1 package of the distro',
    ],
  ])('%s', (_, members, message) => {
    expect(codes(read(cyclonedx(members))).join('\n')).toContain(message);
  });

  test('tools that leave out a package’s own name as its source are known', () => {
    const metadata = { tools: { components: [{ name: 'syft' }] } };
    const found = read(cyclonedx({ components: [component('pkg:deb/debian/a@1?distro=debian-12')], metadata }));
    expect([rows(found), codes(found)]).toEqual([['deb a 1 | a 1'], []]);
  });
});

describe('SPDX as tools write it', () => {
  const pkg = (id: string, purls: readonly string[], more: object = {}) => ({
    SPDXID: `SPDXRef-${id}`,
    name: id,
    externalRefs: purls.map((referenceLocator) => ({ referenceType: 'purl', referenceLocator })),
    ...more,
  });
  const spdx = (packages: readonly object[], more: object = {}): object => ({
    spdxVersion: 'SPDX-2.3',
    packages,
    ...more,
  });

  test('Trivy: the source is in the source information; older versions state no purposes', () => {
    const found = read(
      JSON.stringify(
        spdx(
          [
            { SPDXID: 'SPDXRef-OperatingSystem-1', name: 'centos', versionInfo: '7.6.1810' },
            { SPDXID: 'SPDXRef-Application-2', name: 'node-pkg' },
            pkg('libs', ['pkg:rpm/centos/openssl-libs@1.0.2k-16.el7?arch=x86_64&epoch=1&distro=centos-7.6.1810'], {
              sourceInfo: 'built package from: openssl 1:1.0.2k-16.el7',
              versionInfo: '1:1.0.2k-16.el7',
            }),
          ],
          { creationInfo: { creators: ['Tool: trivy-0.32.0'] } },
        ),
      ),
    );
    expect(rows(found)).toEqual(['rpm openssl-libs 1:1.0.2k-16.el7 | openssl 1.0.2k-16.el7 | x86_64']);
    expect([found.distro?.id, codes(found)]).toEqual(['centos', []]);
    const deb = pkg('a', ['pkg:deb/debian/libedit2@3.1-2?distro=debian-12.5'], {
      sourceInfo: 'built package from: libedit 3.1-2',
    });
    expect(rows(read(JSON.stringify(spdx([deb]))))).toEqual(['deb libedit2 3.1-2 | libedit 3.1-2']);
  });

  test('Red Hat: source packages are not installed, and a package has several package URLs', () => {
    const libs = 'pkg:rpm/redhat/openssl-libs@3.0.7-18.el9_2?arch=x86_64&epoch=1';
    const found = read(
      JSON.stringify(
        spdx(
          [
            pkg('libs', [libs, `${libs}&repository_id=rhel-9-for-x86_64-baseos-rpms`]),
            pkg('source', ['pkg:rpm/redhat/openssl@3.0.7-18.el9_2?arch=src&epoch=1']),
          ],
          {
            relationships: [
              {
                spdxElementId: 'SPDXRef-libs',
                relationshipType: 'GENERATED_FROM',
                relatedSpdxElement: 'SPDXRef-source',
              },
            ],
          },
        ),
      ),
    );
    expect(rows(found)).toEqual(['rpm openssl-libs 1:3.0.7-18.el9_2 | openssl 3.0.7-18.el9_2 | x86_64']);
    expect([found.distro?.version, codes(found)]).toEqual(['9', []]);
  });

  test.each(['sbom', 'SPDX'])('in an object of its own: %s', (key) => {
    expect(rows(read(JSON.stringify({ [key]: spdx([pkg('a', ['pkg:npm/a@1'])]) })))).toEqual(['npm a 1']);
  });
});

describe('what is no SBOM, or none that can be read', () => {
  test.each([
    ['{"name":"app","version":"1.0.0"}', 'no SBOM that can be read'],
    ['{"version":"2.1.0","runs":[]}', 'no SBOM that can be read'],
    ['{"bomFormat":"cyclonedx","specVersion":"1.6"}', 'no SBOM that can be read'],
    ['{"bomFormat":"CycloneDX"}', 'CycloneDX of no version'],
    ['{"bomFormat":"CycloneDX","specVersion":"2.0"}', 'CycloneDX of version 2.0'],
    ['{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"purl":"pkg:npm/a@1"}', 'truncated'],
    ['not JSON', 'neither JSON nor SPDX tags'],
    ['', 'empty'],
    ['# a comment\n', 'text, but no SBOM'],
    ['<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6"/>', 'XML is not supported'],
    ['{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[]}', 'SPDX of version 3'],
    ['{"spdxVersion":"SPDX-3.0"}', 'SPDX of version SPDX-3.0'],
    ['{"artifacts":[],"schema":{"version":"16.0.0"}}', 'the JSON of Syft itself is not supported'],
    [
      '{"SchemaVersion":2,"ArtifactName":"a","Results":[]}',
      'the JSON of Trivy itself is not supported; `trivy convert',
    ],
    ['{"matches":[],"source":{},"descriptor":{"name":"grype"}}', 'a report of Grype is no SBOM'],
    ['{"version":"15.0.0","scan":{"scanner":{}},"vulnerabilities":[]}', 'no SBOM that can be read'],
    ['{"schemaVersion":"1","image":{},"inputs":{},"packages":[]}', 'a result of plimsoll is no SBOM'],
    ['{"payloadType":"x","payload":"e30="}', 'JSON, but no SBOM'],
    ['{"_type":"x","predicate":{"buildType":"y"}}', 'JSON, but no SBOM'],
  ])('%s', (text, message) => {
    expect(() => read(text)).toThrow(ImageError);
    expect(() => read(text)).toThrow(message);
  });
});

describe('hostile documents', () => {
  test('components in components, ten thousand deep', () => {
    const depth = 10_000;
    const text = `${'{"type":"library","components":['.repeat(depth)}${JSON.stringify(component('pkg:npm/a@1'))}${']}'.repeat(depth)}`;
    const found = read(`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[${text}]}`);
    expect([rows(found), found.incomplete[0]?.code]).toEqual([['npm a 1'], 'sbom-component-unread']);
  });

  test('what depends on, contains or was made of itself', () => {
    const [a, b] = ['pkg:npm/a@1', 'pkg:npm/b@1'].map((purl) => component(purl, { 'bom-ref': purl }));
    const loop = [
      { ref: 'pkg:npm/a@1', dependsOn: ['pkg:npm/b@1', 'pkg:npm/a@1'] },
      { ref: 'pkg:npm/b@1', dependsOn: ['pkg:npm/a@1'] },
    ];
    const whole = [{ aggregate: 'complete', assemblies: ['pkg:npm/a@1'], dependencies: ['pkg:npm/a@1'] }];
    const found = read(cyclonedx({ components: [a, b], dependencies: loop, compositions: whole }));
    expect(rows(found)).toEqual(['npm a 1', 'npm b 1']);
    const deb = (name: string) => ({
      SPDXID: `SPDXRef-${name}`,
      name,
      versionInfo: '1',
      externalRefs: [{ referenceType: 'purl', referenceLocator: `pkg:deb/debian/${name}@1?distro=debian-12` }],
    });
    const related = ['CONTAINS', 'DEPENDS_ON', 'OTHER'].flatMap((relationshipType) =>
      [
        ['a', 'b'],
        ['b', 'a'],
        ['a', 'a'],
      ].map(([from, to]) => ({
        spdxElementId: `SPDXRef-${from}`,
        relationshipType,
        relatedSpdxElement: `SPDXRef-${to}`,
        comment: 'ownership-by-file-overlap: indicates that the parent package claims ownership of a child package',
      })),
    );
    const spdx = { spdxVersion: 'SPDX-2.3', packages: [deb('a'), deb('b')], relationships: related };
    const listed = read(JSON.stringify(spdx)).packages.map(({ name, ownedBy }) => [name, ownedBy]);
    expect(listed).toEqual(['a', 'b'].map((name) => [name, expect.anything()]));
  });

  test('the one thing that SPDX is about is no package; of several, or of two with its name, none is left out', () => {
    const spdx = (packages: readonly [string, string | null][], ...about: string[]) =>
      read(
        JSON.stringify({
          spdxVersion: 'SPDX-2.3',
          documentDescribes: about,
          packages: packages.map(([SPDXID, name]) => ({
            SPDXID,
            name: name ?? 'root',
            externalRefs: name === null ? [] : [{ referenceType: 'purl', referenceLocator: `pkg:npm/${name}@1.0.0` }],
          })),
        }),
      );
    const both: readonly [string, string][] = [
      ['SPDXRef-1', 'app'],
      ['SPDXRef-2', 'lodash'],
    ];
    expect(rows(spdx(both, 'SPDXRef-1'))).toEqual(['npm lodash 1.0.0']);
    expect(rows(spdx(both, 'SPDXRef-1', 'SPDXRef-2'))).toEqual(['npm app 1.0.0', 'npm lodash 1.0.0']);
    expect(
      rows(
        spdx(
          [
            ['SPDXRef-1', null],
            ['SPDXRef-1', 'lodash'],
          ],
          'SPDXRef-1',
        ),
      ),
    ).toEqual(['npm lodash 1.0.0']);
  });

  test.each(['[', '{"a":'])('nesting of 200,000 levels (%s) where a format has a text', (open) => {
    const deep = `${open.repeat(200_000)}1${(open === '[' ? ']' : '}').repeat(200_000)}`;
    const refused = (text: string) => expect(() => read(text)).toThrow(ImageError);
    refused(`{"@context":${deep}}`);
    refused(`{"bomFormat":${deep},"specVersion":${deep}}`);
    refused(`{"spdxVersion":${deep}}`);
    const listed = read(
      cyclonedx({ components: [0] }).replace(
        '[0]',
        `[{"type":"library","name":"a","licenses":${deep},"purl":"pkg:npm/a@1.0.0"}]`,
      ),
    );
    expect(rows(listed)).toEqual(['npm a 1.0.0']);
  });

  test.each(['utf16le', 'utf16be'] as const)('%s is told by name', (encoding) => {
    const bytes = Buffer.from(`\ufeff${cyclonedx({})}`, 'utf16le');
    expect(() => read(encoding === 'utf16le' ? bytes : bytes.swap16())).toThrow('UTF-16 is not supported');
  });

  test('a million components', () => {
    const document = new SbomDocument('the SBOM');
    document.push(Buffer.from('{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{}'));
    const more = Buffer.from(',{"type":"file"}'.repeat(10_000));
    expect(() => {
      for (let turn = 0; turn < 100; turn += 1) document.push(more);
    }).toThrow('more than 250000 components');
  });

  test('names and versions of any size, bytes that are no UTF-8', () => {
    const bytes = Buffer.concat([
      Buffer.from('{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","purl":"pkg:npm/'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('@1"}]}'),
    ]);
    expect(codes(read(bytes))[0]).toContain('sbom-component-unread');
    const long = 'x'.repeat(100_000);
    const found = read(cyclonedx({ components: [component(`pkg:npm/${long}@1`), { type: 'library', name: long }] }));
    expect(found.packages).toEqual([]);
    expect(JSON.stringify(found.incomplete).length).toBeLessThan(2000);
  });

  test('wrong types everywhere: it ends with an inventory that says so, or one of our errors', () => {
    const good = cyclonedx({
      metadata: { tools: [{ name: 'syft' }], component: { components: [] } },
      components: [
        component('pkg:deb/debian/a@1?distro=debian-12', {
          licenses: [{ license: { id: 'MIT' } }, { expression: 'X' }],
          properties: [{ name: 'syft:metadata:source', value: 's' }],
          evidence: { occurrences: [{ location: '/a' }] },
        }),
        { type: 'operating-system', name: 'debian', version: '12' },
      ],
      compositions: [{ aggregate: 'complete' }],
    });
    const spots = [...good.matchAll(/(?<=[:[,])(?:"(?:[^"\\])*"|\{|\[)/g)].map(({ index }) => index);
    fc.assert(
      fc.property(
        fc.constantFrom(...spots),
        fc.constantFrom('7,', 'null,', '[],', '{},', '[[', '{"a":{', '"x",', '\\', '\0'),
        (spot, put) => {
          try {
            read(good.slice(0, spot) + put + good.slice(spot));
          } catch (error) {
            expect(error).toBeInstanceOf(ImageError);
          }
        },
      ),
    );
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 4 }),
        fc.constantFrom('components', 'metadata', 'compositions'),
        (value, key) => {
          expect(read(cyclonedx({ [key]: value })).incomplete.length).toBeGreaterThan(0);
        },
      ),
    );
  });
});
