import { join } from 'node:path';
import { askCredentialHelper } from './credential-helper.ts';
import { ImageError } from './error.ts';
import { Fields, type JsonObject, parseJson } from './json.ts';
import { dockerHub } from './registry-reference.ts';
import { readSettingsFile } from './settings-file.ts';

/** What a registry may be told to let us in, and where it was found. */
export type Credentials = { readonly from: string } & (
  | { readonly kind: 'login'; readonly username: string; readonly password: string }
  /** exchanged for access tokens at the token server */
  | { readonly kind: 'identity'; readonly token: string }
  /** sent to the registry as it is */
  | { readonly kind: 'access'; readonly token: string }
);

export type Environment = Readonly<Record<string, string | undefined>>;

/** Names that Docker Hub has in these files. */
const hubNames = [dockerHub, 'index.docker.io', 'registry-1.docker.io'];
const hubServer = 'https://index.docker.io/v1/';

/**
 * The credentials for a repository: of the environment, of Podman's auth file, of Docker's; null where there are none. Each
 * is meant for this host alone.
 *
 * @param host as references have it (`docker.io`)
 * @throws ImageError for a file that cannot be read and a helper that fails: to go on without them would look like a
 * registry's refusal
 */
export async function findCredentials(
  host: string,
  repository: string,
  environment: Environment,
  signal: AbortSignal | undefined,
): Promise<Credentials | null> {
  const given = fromEnvironment(host, environment);
  if (given !== null) {
    return given;
  }
  if (environment.DOCKER_AUTH_CONFIG) {
    // as Docker and GitLab's runner take it: the text of such a file
    const name = 'DOCKER_AUTH_CONFIG';
    const bytes = Buffer.from(environment.DOCKER_AUTH_CONFIG);
    const found = await fromFile(bytes, name, host, repository, environment, signal);
    if (found !== null) {
      return found;
    }
  }
  for (const file of authFiles(environment)) {
    const bytes = await readAuthFile(file, signal);
    const found = bytes === null ? null : await fromFile(bytes, file.path, host, repository, environment, signal);
    if (found !== null) {
      return found;
    }
  }
  return null;
}

/** `PLIMSOLL_REGISTRY_USERNAME` and the like, for the registry that `PLIMSOLL_REGISTRY_HOST` names and no other. */
function fromEnvironment(host: string, environment: Environment): Credentials | null {
  const value = (name: string) => environment[`PLIMSOLL_REGISTRY_${name}`] || null;
  const [meant, username, password, token] = [value('HOST'), value('USERNAME'), value('PASSWORD'), value('TOKEN')];
  if (meant === null && (username ?? password ?? token) !== null) {
    // without a host it would be sent to whichever registry an image names
    const message = 'a login for registries is set; say whose it is in PLIMSOLL_REGISTRY_HOST';
    throw new ImageError('ACCESS_DENIED', message);
  }
  if (meant === null || !namesOf(host).includes(meant.toLowerCase())) {
    return null;
  }
  if (token !== null) {
    return { kind: 'access', token, from: 'PLIMSOLL_REGISTRY_TOKEN' };
  }
  return username === null || password === null
    ? null
    : { kind: 'login', username, password, from: 'PLIMSOLL_REGISTRY_USERNAME' };
}

interface AuthFile {
  readonly path: string;
  /** named by a variable: it has to be there */
  readonly named: boolean;
}

/**
 * Where logins are looked for, the first that has one for a host first.
 *
 * @see https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
 */
export function authFiles(environment: Environment): readonly AuthFile[] {
  const { REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR, XDG_CONFIG_HOME, DOCKER_CONFIG, HOME } = environment;
  const settings = XDG_CONFIG_HOME || (HOME && join(HOME, '.config'));
  const docker = DOCKER_CONFIG || (HOME && join(HOME, '.docker'));
  const ofSession = XDG_RUNTIME_DIR ? join(XDG_RUNTIME_DIR, 'containers') : HOME && sessionFolder();
  const podman = [ofSession, settings && join(settings, 'containers')].flatMap((folder) =>
    folder ? [{ path: join(folder, 'auth.json'), named: false }] : [],
  );
  return [
    ...(REGISTRY_AUTH_FILE ? [{ path: REGISTRY_AUTH_FILE, named: true }] : podman),
    ...(docker ? [{ path: join(docker, 'config.json'), named: false }] : []),
  ];
}

/** Where Podman keeps logins of a user without a session: root's, and those of jobs in containers. */
function sessionFolder(): string | undefined {
  return process.platform === 'linux' ? `/run/containers/${process.getuid?.()}` : undefined;
}

async function readAuthFile({ path, named }: AuthFile, signal: AbortSignal | undefined): Promise<Buffer | null> {
  try {
    return await readSettingsFile(path, signal);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (!named && (code === 'ENOENT' || code === 'ENOTDIR')) {
      return null;
    }
    throw error instanceof ImageError
      ? error
      : new ImageError('UNREADABLE', `the credentials in ${path} cannot be read (${String(code)})`, { cause: error });
  }
}

async function fromFile(
  bytes: Buffer,
  path: string,
  host: string,
  repository: string,
  environment: Environment,
  signal: AbortSignal | undefined,
): Promise<Credentials | null> {
  const fields = new Fields(parseJson(bytes, path), path);
  const names = namesOf(host);
  const helpers = fields.object('credHelpers') ?? {};
  const own = Object.entries(helpers).find(([key]) => names.includes(plainKey(key)))?.[1];
  const everywhere = fields.string('credsStore');
  // an empty one says that this host's are in the file
  for (const helper of own === '' ? [] : [own, everywhere]) {
    if (typeof helper === 'string' && helper !== '') {
      const answer = await askCredentialHelper(helper, serverFor(host), environment, signal);
      const from = `docker-credential-${helper}`;
      if (answer !== null) {
        return answer.username === '<token>'
          ? { kind: 'identity', token: answer.secret, from }
          : { kind: 'login', username: answer.username, password: answer.secret, from };
      }
    }
  }
  return fromAuths(fields.object('auths') ?? {}, path, names, repository);
}

function serverFor(host: string): string {
  return host === dockerHub ? hubServer : host;
}

function namesOf(host: string): readonly string[] {
  return host === dockerHub ? hubNames : [host.toLowerCase()];
}

/** Keys are hosts, URLs of their interface (`https://index.docker.io/v1/`), or hosts with the beginning of a name (Podman). */
function plainKey(key: string): string {
  const url = /^https?:\/\/([^/]*)/i.exec(key)?.[1];
  return (url ?? key.replace(/\/(?:v[12]\/?)?$/, '')).toLowerCase();
}

/** The entry that names most of `HOST/a/b/c`. */
function fromAuths(auths: JsonObject, path: string, names: readonly string[], repository: string): Credentials | null {
  const segments = repository.split('/');
  const entries = Object.entries(auths).map(([key, value]) => [plainKey(key), value] as const);
  for (let length = segments.length; length >= 0; length -= 1) {
    const wanted = names.map((name) => [name, ...segments.slice(0, length)].join('/'));
    for (const [key, value] of entries) {
      const found = wanted.includes(key) ? fromEntry(value, `${path}: ${key}`, path) : null;
      if (found !== null) {
        return found;
      }
    }
  }
  return null;
}

function fromEntry(value: unknown, what: string, from: string): Credentials | null {
  const entry = new Fields(value ?? {}, what);
  const [registry, identity, auth] = [
    entry.string('registrytoken'),
    entry.string('identitytoken'),
    entry.string('auth'),
  ];
  if (registry) {
    return { kind: 'access', token: registry, from };
  }
  if (identity) {
    return { kind: 'identity', token: identity, from };
  }
  if (auth) {
    const text = withoutPadding(Buffer.from(auth, 'base64'));
    const colon = text.indexOf(':');
    if (colon < 0) {
      throw new ImageError('CORRUPT', `${what}: auth is not a name and a password`);
    }
    return { kind: 'login', username: text.slice(0, colon), password: text.slice(colon + 1), from };
  }
  const [username, password] = [entry.string('username'), entry.string('password')];
  return username && password !== null ? { kind: 'login', username, password, from } : null;
}

/** Some writers fill up with NULs. */
function withoutPadding(bytes: Buffer): string {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return bytes.toString('utf8', 0, end);
}
