import { describe, expect, test } from 'vitest';
import { nameArchive } from './archive-name.ts';

type Row = readonly [path: string, manifest: Readonly<Record<string, string>>, name: string | null];

function named(path: string, manifest: Readonly<Record<string, string>>): string | null {
  const lower = Object.entries(manifest).map(([key, value]) => [key.toLowerCase(), value] as const);
  const found = nameArchive(path, new Map(lower));
  return found === null ? null : `${found.group ?? '-'} ${found.artifact} ${found.version}`;
}

const fromFile: readonly Row[] = [
  ['lib/spring-core-5.3.9.jar', {}, 'org.springframework spring-core 5.3.9'],
  ['spring-boot-starter-web-2.7.0.jar', {}, 'org.springframework.boot spring-boot-starter-web 2.7.0'],
  ['bcprov-jdk15on-1.70.jar', {}, 'org.bouncycastle bcprov-jdk15on 1.70'],
  ['kafka-clients-3.4.0.jar', {}, 'org.apache.kafka kafka-clients 3.4.0'],
  ['commons-collections3-3.2.2.jar', {}, 'commons-collections commons-collections 3.2.2'],
  ['in-house-1.0-SNAPSHOT.jar', {}, '- in-house 1.0-SNAPSHOT'],
  ['guava-31.1-jre.jar', { 'Bundle-Version': '31.1.0.jre' }, '- guava 31.1-jre'],
  ['a-b2-10.war', {}, '- a-b2 10'],
  ['x-2.0-20200101.123456-1.jar', {}, '- x 2.0-20200101.123456-1'],
  ['log4j-1.2-1.2.17.jar', { 'Bundle-Version': '1.2.17' }, 'log4j log4j 1.2.17'],
  ['netty-epoll-4.1.50.Final-linux-x86_64.jar', {}, '- netty-epoll 4.1.50.Final'],
  ['guice-4.2.3-no_aop.jar', {}, '- guice 4.2.3'],
  ['thing-1.0-all.jar', {}, '- thing 1.0'],
  ['groovy-2.4.21.jar', {}, 'org.codehaus.groovy groovy 2.4.21'],
  ['groovy-4.0.1.jar', {}, 'org.apache.groovy groovy 4.0.1'],
  ['dom4j-1.6.1.jar', {}, 'dom4j dom4j 1.6.1'],
  ['app.jar', {}, null],
  ['ROOT.war', {}, null],
  ['-1.0.jar', {}, null],
  ['.jar', {}, null],
  [`${'a'.repeat(1000)}-1.jar`, {}, null],
  ['with space-1.0.jar', {}, null],
];

const fromManifest: readonly Row[] = [
  ['catalina.jar', { 'Implementation-Version': '9.0.50' }, 'org.apache.tomcat tomcat-catalina 9.0.50'],
  ['app.jar', { 'Implementation-Version': '1.4' }, '- app 1.4'],
  ['app-3.x.jar', { 'Implementation-Version': '3.2.1' }, '- app-3.x 3.2.1'],
  ['app.jar', { 'Implementation-Version': '\u0024{project.version}' }, null],
  ['app.jar', { 'Implementation-Version': 'unspecified', 'Specification-Version': '2.1' }, '- app 2.1'],
  ['app.jar', { 'Implementation-Version': '10.14.2.0 - (1828579)' }, '- app 10.14.2.0'],
  [
    'app.jar',
    { 'Implementation-Title': 'spring-web', 'Implementation-Version': '5.3.1' },
    'org.springframework spring-web 5.3.1',
  ],
  ['app.jar', { 'Implementation-Title': 'The App', 'Implementation-Version': '1' }, '- app 1'],
  ['x.jar', { 'Implementation-Title': 'io.micrometer#micrometer-core;1.9.0' }, 'io.micrometer micrometer-core 1.9.0'],
  ['hibernate-core-5.6.1.jar', { 'Implementation-Vendor-Id': 'org.hibernate' }, 'org.hibernate hibernate-core 5.6.1'],
  ['thing-1.0.jar', { 'Implementation-Vendor-Id': 'org.apache' }, '- thing 1.0'],
  [
    'jackson-core-2.9.jar',
    { 'Bundle-SymbolicName': 'com.fasterxml.jackson.core.jackson-core' },
    'com.fasterxml.jackson.core jackson-core 2.9',
  ],
  [
    'logback-classic-1.2.jar',
    { 'Bundle-SymbolicName': 'ch.qos.logback.classic' },
    'ch.qos.logback logback-classic 1.2',
  ],
  ['jsoup-1.15.jar', { 'Bundle-SymbolicName': 'org.jsoup;singleton:=true' }, 'org.jsoup jsoup 1.15'],
  ['bndlib-1.0.jar', { 'Automatic-Module-Name': 'biz.aQute.bndlib' }, 'biz.aQute bndlib 1.0'],
  [
    'org.eclipse.core.runtime_3.7.0.v20110110.jar',
    { 'Bundle-SymbolicName': 'org.eclipse.core.runtime; singleton:=true', 'Bundle-Version': '3.7.0.v20110110' },
    '- org.eclipse.core.runtime 3.7.0.v20110110',
  ],
  ['org.eclipse.jdt.core_3.12.0.jar', {}, '- org.eclipse.jdt.core 3.12.0'],
  ['akka-actor_2.13-2.6.20.jar', {}, 'com.typesafe.akka akka-actor_2.13 2.6.20'],
  [
    'tomcat9-catalina-9.0.70.jar',
    { 'Implementation-Title': 'Apache Tomcat', 'Implementation-Version': '9.0.70' },
    'org.apache.tomcat tomcat-catalina 9.0.70',
  ],
  ['tomcat10-jasper.jar', { 'Implementation-Version': '10.1.6' }, 'org.apache.tomcat tomcat-jasper 10.1.6'],
  ['some-1.0.jar', { 'Bundle-SymbolicName': 'entirely.different.thing' }, '- some 1.0'],
];

const plugins: readonly Row[] = [
  ['git.hpi', { 'Short-Name': 'git', 'Plugin-Version': '4.11.3' }, 'org.jenkins-ci.plugins git 4.11.3'],
  [
    'a.jpi',
    { 'Short-Name': 'a', 'Group-Id': 'io.jenkins.plugins', 'Plugin-Version': '1.0-SNAPSHOT (private-07/09/2020)' },
    'io.jenkins.plugins a 1.0-SNAPSHOT',
  ],
  ['old.hpi', { 'Extension-Name': 'ant', 'Plugin-Version': '1.2' }, 'org.jenkins-ci.plugins ant 1.2'],
];

describe.each([
  ['by the name of the file', fromFile],
  ['by the manifest', fromManifest],
  ['a Jenkins plug-in', plugins],
] as const)('%s', (_, rows) => {
  test.each(rows)('%s %j', (path, manifest, name) => {
    expect(named(path, manifest)).toBe(name);
  });
});

test('long and repetitive names take no time', () => {
  for (const text of [
    '-1'.repeat(50_000),
    '-1.'.repeat(50_000),
    `a-1${'-linux'.repeat(50_000)}`,
    '1.'.repeat(50_000),
  ]) {
    const manifest = { 'Implementation-Version': text, 'Bundle-SymbolicName': text, 'Implementation-Title': text };
    const started = process.threadCpuUsage();
    named(`${text}.jar`, manifest);
    expect(process.threadCpuUsage(started).user / 1000).toBeLessThan(1000);
  }
});
