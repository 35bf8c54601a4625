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

const lengths = new Set([...byFile.keys()].map((name) => name.length));
const longest = Math.max(...[...byFile.keys()].map((name) => name.length));
const slash = 0x2f;

/** The watched class that an entry of an archive is, by its name in UTF-8, wherever shading has moved it. */
export function watchedClass(bytes: Buffer, start: number, end: number): string | undefined {
  const least = Math.max(start, end - longest);
  let name = end;
  while (name > least && bytes[name - 1] !== slash) name -= 1;
  const whole = name === start || bytes[name - 1] === slash;
  return whole && lengths.has(end - name) ? byFile.get(bytes.toString('latin1', name, end)) : undefined;
}

/** Whether classes are watched for this artefact. */
export function isWatched(artifact: string): boolean {
  return /log4j/.test(artifact);
}
