/** A class without which a vulnerability of a Java library is not there, as the library's own advisory says. */
interface NamedClass {
  readonly ids: readonly string[];
  /** `group:artifact` */
  readonly artifact: RegExp;
  /** as in the archive, without `.class` */
  readonly classes: readonly string[];
}

const log4j1 = /^(?:log4j:log4j|ch\.qos\.reload4j:reload4j|.*:log4j-over-slf4j)$/;

/**
 * Apache's advisories on Log4j name the class to remove from the archive where it cannot be upgraded.
 * @see https://logging.apache.org/security.html, https://logging.apache.org/log4j/1.2/
 */
const named: readonly NamedClass[] = [
  {
    ids: ['CVE-2021-44228', 'CVE-2021-45046'],
    artifact: /^org\.apache\.logging\.log4j:log4j-core$/,
    classes: ['org/apache/logging/log4j/core/lookup/JndiLookup'],
  },
  {
    ids: ['CVE-2019-17571'],
    artifact: log4j1,
    classes: [
      'org/apache/log4j/net/SocketServer',
      'org/apache/log4j/net/SocketNode',
      'org/apache/log4j/net/SimpleSocketServer',
    ],
  },
  { ids: ['CVE-2021-4104'], artifact: log4j1, classes: ['org/apache/log4j/net/JMSAppender'] },
  { ids: ['CVE-2022-23302'], artifact: log4j1, classes: ['org/apache/log4j/net/JMSSink'] },
  { ids: ['CVE-2022-23305'], artifact: log4j1, classes: ['org/apache/log4j/jdbc/JDBCAppender'] },
];

/** Classes that the advisory of a vulnerability names for an artefact; empty where it names none that is known here. */
export function classesNamedFor(ids: readonly string[], artifact: string): readonly string[] {
  return named
    .filter((each) => each.artifact.test(artifact) && each.ids.some((id) => ids.includes(id)))
    .flatMap(({ classes }) => classes);
}
