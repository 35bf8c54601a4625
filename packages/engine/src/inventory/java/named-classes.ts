/** Classes that advisories tell to remove where a library cannot be upgraded; without `.class`. */
export const watchedClasses: readonly string[] = [
  'org/apache/logging/log4j/core/lookup/JndiLookup',
  'org/apache/log4j/jdbc/JDBCAppender',
  'org/apache/log4j/net/JMSAppender',
  'org/apache/log4j/net/JMSSink',
  'org/apache/log4j/net/SimpleSocketServer',
  'org/apache/log4j/net/SocketNode',
  'org/apache/log4j/net/SocketServer',
];

const byFile = new Map(watchedClasses.map((name) => [`${name.slice(name.lastIndexOf('/') + 1)}.class`, name]));

/** The watched class that an entry of an archive is, wherever shading has moved it. */
export function watchedClass(entry: string): string | undefined {
  return byFile.get(entry.slice(entry.lastIndexOf('/') + 1));
}

/** Whether classes are watched for this artefact. */
export function isWatched(artifact: string): boolean {
  return /log4j/.test(artifact);
}
