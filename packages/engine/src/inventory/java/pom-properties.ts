/** Keys that Maven writes into `pom.properties`. */
export interface PomProperties {
  readonly groupId: string | null;
  readonly artifactId: string | null;
  readonly version: string | null;
}

/**
 * Reads `META-INF/maven/GROUP/ARTIFACT/pom.properties`. Of a key that is there twice the last line counts; values are as
 * written, placeholders included.
 *
 * @see https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Properties.html#load(java.io.Reader)
 */
export function parsePomProperties(body: Buffer): PomProperties {
  const found = new Map<string, string>();
  for (const line of body.toString('utf8').split(/[\r\n]+/)) {
    const [, key, value] = /^[ \t\f]*(groupId|artifactId|version)[ \t\f]*[=: \t\f](.*)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) found.set(key, unescaped(value).trim());
  }
  const of = (key: string) => found.get(key) ?? null;
  return { groupId: of('groupId'), artifactId: of('artifactId'), version: of('version') };
}

function unescaped(value: string): string {
  if (!value.includes('\\')) return value;
  return value.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, code: string | undefined, plain: string) =>
    code === undefined ? plain : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
