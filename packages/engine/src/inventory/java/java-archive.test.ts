import { describe, expect, test } from 'vitest';
import { type ZipFile, zipOf } from '../testing/zip.ts';
import { javaLimits, readJavaArchive } from './java-archive.ts';

const properties = (group: string, artifact: string, version: string) =>
  `version=${version}\ngroupId=${group}\nartifactId=${artifact}\n`;
const pom = (group: string, artifact: string, version: string) => ({
  [`META-INF/maven/${group}/${artifact}/pom.properties`]: properties(group, artifact, version),
});
const classes = { 'a/A.class': 'x' };

type Files = Readonly<Record<string, string | Buffer | ZipFile>>;

function found(path: string, files: Files) {
  const { facts, damage } = readJavaArchive(path, zipOf(files));
  const packages = (facts?.packages ?? []).map(({ inner, name, version }) => `${inner} ${name} ${version}`.trim());
  return { packages, unnamed: facts?.unnamed ?? [], damage };
}

const rows: readonly (readonly [title: string, path: string, files: Files, packages: readonly string[]])[] = [
  ['its own pom.properties', 'x.jar', { ...pom('g', 'a', '1'), ...classes }, ['g:a 1']],
  [
    'a shaded jar: one package for each',
    'a-1.jar',
    { ...pom('g', 'a', '1'), ...pom('h', 'b', '2'), ...pom('h', 'c', '3') },
    ['g:a 1', 'h:b 2', 'h:c 3'],
  ],
  [
    'the same twice is one',
    'a.jar',
    { ...pom('g', 'a', '1'), 'META-INF/maven/other/a/pom.properties': properties('g', 'a', '1') },
    ['g:a 1'],
  ],
  [
    'Spring Boot: nested libraries, stored',
    'app.jar',
    {
      'META-INF/MANIFEST.MF': 'Start-Class: a.A\n',
      'BOOT-INF/classes/a/A.class': 'x',
      'BOOT-INF/lib/l-1.jar': { body: zipOf(pom('g', 'l', '1')), stored: true },
      'BOOT-INF/lib/spring-core-5.3.9.jar': { body: zipOf(classes), stored: true },
    },
    ['BOOT-INF/lib/l-1.jar g:l 1', 'BOOT-INF/lib/spring-core-5.3.9.jar org.springframework:spring-core 5.3.9'],
  ],
  [
    'an ear with a war with a jar, deflated',
    'e.ear',
    { 'w.war': zipOf({ ...pom('g', 'w', '1'), 'WEB-INF/lib/l.jar': zipOf(pom('g', 'l', '2')) }) },
    ['w.war g:w 1', 'w.war!/WEB-INF/lib/l.jar g:l 2'],
  ],
  [
    'placeholders are not what they stand for: the rest is in pom.xml',
    'x.jar',
    {
      'META-INF/maven/g/a/pom.properties': properties('g', 'a', '\u0024{project.version}'),
      'META-INF/maven/g/a/pom.xml': '<project><artifactId>a</artifactId><version>4</version></project>',
    },
    ['g:a 4'],
  ],
  [
    'pom.xml alone, the parent has group and version',
    'x.jar',
    {
      'META-INF/maven/g/a/pom.xml':
        '<project><parent><groupId>g</groupId><version>5</version></parent><artifactId>a</artifactId></project>',
    },
    ['g:a 5'],
  ],
  [
    'of several described by pom.xml alone, the one that the file is called after',
    'b-2.jar',
    Object.fromEntries(
      ['a', 'b'].map((name) => [
        `META-INF/maven/g/${name}/pom.xml`,
        `<project><groupId>g</groupId><artifactId>${name}</artifactId><version>2</version></project>`,
      ]),
    ),
    ['g:b 2'],
  ],
  [
    'one that is filled in beside one that is not',
    'x.jar',
    { ...pom('g', 'a', '1'), 'META-INF/maven/g/b/pom.properties': properties('g', 'b', '\u0024{v}') },
    ['g:a 1'],
  ],
  ['a manifest', 'x.jar', { 'META-INF/MANIFEST.MF': 'Implementation-Version: 3\n', ...classes }, ['x 3']],
  ['the name of the file', 'x-3.1.jar', classes, ['x 3.1']],
  ['data under the name of a version', 'data-3.1.jar', { 'data.txt': 'x' }, []],
  ['the sources of a library', 'x-3.1-sources.jar', { 'a/A.java': 'x' }, []],
  ['a folder called like an archive', 'x.jar', { 'lib/a.jar/': '', 'lib/a.jar/b.txt': 'x' }, []],
  ['pom.properties elsewhere', 'x.jar', { 'archetype/pom.properties': properties('g', 'a', '1') }, []],
  [
    'in the classes of a web application',
    'x.war',
    { 'WEB-INF/classes/META-INF/maven/g/a/pom.properties': properties('g', 'a', '1') },
    ['g:a 1'],
  ],
  [
    'a Jenkins plug-in',
    'p.hpi',
    { 'META-INF/MANIFEST.MF': 'Short-Name: p\nPlugin-Version: 1.2\n' },
    ['org.jenkins-ci.plugins:p 1.2'],
  ],
  ['an empty archive', 'x.jar', {}, []],
];

describe('what an archive says', () => {
  test.each(rows)('%s', (_, path, files, packages) => {
    expect(found(path, files)).toEqual({ packages, unnamed: [], damage: null });
  });

  test('licences: of the pom, else of the only package’s manifest', () => {
    const xml = '<project><licenses><license><name>MIT</name></license></licenses></project>';
    const of = (files: Files) => readJavaArchive('x.jar', zipOf(files)).facts!.packages.map(({ licenses }) => licenses);
    const manifest = { 'META-INF/MANIFEST.MF': 'Bundle-License: Apache-2.0\n' };
    expect(of({ ...pom('g', 'a', '1'), 'META-INF/maven/g/a/pom.xml': xml, ...manifest })).toEqual([['MIT']]);
    expect(of({ ...pom('g', 'a', '1'), ...manifest })).toEqual([['Apache-2.0']]);
    expect(of({ ...pom('g', 'a', '1'), ...pom('g', 'b', '1'), ...manifest })).toEqual([[], []]);
  });

  test('a script that starts the archive may stand before it', () => {
    const bytes = zipOf({ 'l.jar': zipOf(pom('g', 'l', '1')) }, { prefix: '#!/bin/bash\nexec java -jar "$0"\n' });
    expect(readJavaArchive('app.jar', bytes).facts?.packages.map(({ name }) => name)).toEqual(['g:l']);
  });
});

describe('what has no name', () => {
  test.each([
    ['classes, and nothing that says whose', 'app.jar', classes, ['']],
    ['within another archive', 'a.war', { 'WEB-INF/lib/x.jar': zipOf(classes) }, ['WEB-INF/lib/x.jar']],
    ['an application is no library', 'app.war', { 'WEB-INF/classes/A.class': 'x', ...classes }, []],
    ['nothing that runs', 'app.jar', { 'a.txt': 'x' }, []],
  ])('%s', (_, path, files, unnamed) => {
    expect(found(path, files)).toEqual({ packages: [], unnamed, damage: null });
  });
});

describe('files that are no archives', () => {
  test.each([
    ['app.jar', 'text', 'package-manifest-damaged'],
    ['app.war', 'PK', 'package-manifest-damaged'],
    ['app.jar', '', undefined],
    ['perl.par', '#!/usr/bin/perl', undefined],
    ['store.nar', 'nix-archive-1', undefined],
    ['photos.rar', 'Rar!\u001a', undefined],
  ])('%s %j', (path, text, code) => {
    const { facts, damage } = readJavaArchive(path, Buffer.from(text));
    expect([facts, damage?.code]).toEqual([null, code]);
  });

  test('but zip archives under those names are', () => {
    expect(found('connector.rar', pom('g', 'a', '1')).packages).toEqual(['g:a 1']);
  });
});

describe('damage is told with its place, and the rest is listed', () => {
  const damages: readonly (readonly [string, Files, readonly string[], string])[] = [
    ['a nested archive', { ...pom('g', 'a', '1'), 'l.jar': 'no zip' }, ['g:a 1'], 'in "l.jar": the archive cannot'],
    ['an encrypted one', { 'l.jar': { body: zipOf({}), encrypted: true } }, [], '"l.jar" is encrypted'],
    ['another method', { 'l.jar': { body: zipOf({}), method: 12 } }, [], 'by method 12'],
    ['a descriptor', { 'META-INF/maven/g/a/pom.properties': { body: 'x', crc: 5 }, ...classes }, [], 'checksum'],
  ];
  test.each(damages)('%s', (_, files, packages, says) => {
    const { damage, ...rest } = found('x.jar', files);
    expect(rest.packages).toEqual(packages);
    expect(damage?.code).toBe('package-manifest-damaged');
    expect(damage?.message).toContain(says);
  });

  test('several in one entry, limits first', () => {
    const { damage } = found('x.jar', { 'a.jar': 'x', 'b.jar': 'x', 'c.jar': { body: 'x', size: 0xfffffff0 } });
    expect(damage?.code).toBe('limit-reached');
    expect(damage?.message).toMatch(/"c\.jar" would inflate to .*; and 2 more problems$/);
  });
});

describe('bombs', () => {
  /** Archives in archives, stored, the innermost with a package; checksums below the outer twenty are not right. */
  function deep(depth: number): Buffer {
    const [begins, ends]: [Buffer[], Buffer[]] = [[], []];
    let size = zipOf({}).length;
    const shell = zipOf({ 'a.jar': { body: '', stored: true } });
    for (let level = 0; level < depth; level += 1) {
      const begin = Buffer.from(shell.subarray(0, 35));
      const end = Buffer.from(shell.subarray(35));
      end.writeUInt32LE(size, 20);
      end.writeUInt32LE(size, 24);
      end.writeUInt32LE(35 + size, 51 + 16);
      begins.unshift(begin);
      ends.push(end);
      size += shell.length;
    }
    let bytes: Buffer = Buffer.concat([...begins, zipOf({}), ...ends]);
    for (let level = 0; level < 20; level += 1) bytes = zipOf({ 'a.jar': { body: bytes, stored: true } });
    return bytes;
  }

  test('ten thousand deep', () => {
    const { facts, damage } = readJavaArchive('x.jar', deep(10_000));
    expect(facts).toBe(null);
    expect(damage?.code).toBe('limit-reached');
    expect(damage?.message).toContain('nested more than 8 deep');
  });

  test('eight deep is read', () => {
    let bytes = zipOf(pom('g', 'a', '1'));
    for (let level = 0; level < 8; level += 1) bytes = zipOf({ 'a.jar': bytes });
    expect(readJavaArchive('x.jar', bytes).facts?.packages[0]?.name).toBe('g:a');
    expect(readJavaArchive('x.jar', zipOf({ 'a.jar': bytes }))).toMatchObject({
      facts: null,
      damage: { code: 'limit-reached' },
    });
  });

  test('more bytes than an archive of its size may inflate to: each and all together', () => {
    const zeros = { body: Buffer.alloc(2 << 20) };
    const one = found('x.jar', { 'a.jar': { body: Buffer.alloc(8 << 20) }, ...pom('g', 'a', '1') });
    expect([one.packages, one.damage?.code]).toEqual([['g:a 1'], 'limit-reached']);
    const many = found('x.jar', { 'a.par': zeros, 'b.par': zeros, 'c.par': zeros });
    expect(many.damage?.code).toBe('limit-reached');
    expect(many.damage?.message).toContain('"c.par" would inflate to 2097152 bytes');
  });

  test('one archive that is named thousands of times is opened as often as the limit allows', () => {
    const inner = zipOf(Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`${index}.txt`, ''])));
    const one = zipOf({ 'a.jar': { body: inner, stored: true } });
    const header = Buffer.from(one.subarray(35 + inner.length, -22));
    const many = Array.from({ length: 20_000 }, () => header);
    const end = Buffer.from(one.subarray(-22));
    end.writeUInt32LE(header.length * many.length, 12);
    const bytes = Buffer.concat([one.subarray(0, 35 + inner.length), ...many, end]);
    const started = process.threadCpuUsage();
    const { damage } = readJavaArchive('x.jar', bytes);
    expect(damage?.code).toBe('limit-reached');
    expect(damage?.message).toContain('more entries and archives than are looked at');
    expect(process.threadCpuUsage(started).user / 1000).toBeLessThan(5000);
  });

  test('a descriptor that is too long', () => {
    const { damage } = found('x.jar', { 'META-INF/MANIFEST.MF': ' '.repeat(5 << 20), ...classes });
    expect(damage?.message).toContain('"META-INF/MANIFEST.MF" would inflate to 5242880 bytes');
  });

  test('limits grow with the size, so that honest large archives are read whole', () => {
    // classes: bytes that deflate makes little of
    const random = Buffer.from(Array.from({ length: 20_000 }, (_, index) => (index * index * 40503) >>> 7));
    const library = zipOf({ ...pom('g', 'l', '1'), 'random.bin': random });
    const files = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`lib/${index}.jar`, library]));
    expect(found('x.war', files).packages.length).toBe(300);
    expect(javaLimits.inflate.max).toBeLessThanOrEqual(512 << 20);
  });
});
