import type { ParsedFile } from '../../cataloger.ts';
import { CatalogError } from '../../error.ts';
import type { Incomplete, UserFact } from '../../types.ts';
import type { BodyReader, FactContext, FactGatherer } from '../gatherer.ts';
import { type Account, type Group, parseGroup, parsePasswd, parseShadow } from './account-files.ts';
import type { Password } from './password-kind.ts';
import { grantsOf, type SudoOf } from './sudo-grants.ts';
import { parseSudoers, type Sudoers } from './sudoers.ts';

/** Refuses a larger file, bytes. */
const maxFileBytes = 1024 * 1024;
/** Accounts that are listed. */
const maxUsers = 10_000;

const readers: Readonly<Record<string, (text: string) => unknown>> = {
  'etc/passwd': parsePasswd,
  'etc/shadow': parseShadow,
  'etc/group': parseGroup,
  'etc/sudoers': parseSudoers,
};
const sudoersFolder = 'etc/sudoers.d';
/** sudo reads no file there whose name has a dot or ends with a tilde */
const sudoersPart = /^etc\/sudoers\.d\/[^/.]*[^/.~]$/;

const bodies: BodyReader = {
  wants: (path) => Object.hasOwn(readers, path) || sudoersPart.test(path),
  read(path, body): ParsedFile<unknown> {
    if (body.length > maxFileBytes) {
      throw new CatalogError('file-too-large', `a file of ${body.length} bytes was not read for its accounts`);
    }
    return { facts: (readers[path] ?? parseSudoers)(body.toString('utf8')), damage: null };
  },
};

/** Accounts of the squashed view, in the order of passwd, with what shadow, group and sudoers say of them. */
export const userFacts: FactGatherer<'users'> = {
  name: 'users',
  version: 1,
  bodies,
  gather(context) {
    const files = new AccountFiles(context);
    const accounts = files.one<readonly Account[]>('etc/passwd') ?? [];
    const shadow = new Map(files.one<readonly (readonly [string, Password])[]>('etc/shadow') ?? []);
    const groups = files.one<readonly Group[]>('etc/group') ?? [];
    const sudo = grantsOf(files.sudoers());
    const groupsOf = memberships(groups);
    const layers = introducedIn(context);
    const layerOf = (account: Account) => context.layerId(layers.get(accountKey(account)) ?? 0);
    const listed = accounts
      .slice(0, maxUsers)
      .map((account) => ({ ...userFact(account, shadow, groupsOf(account), sudo), layer: layerOf(account) }));
    if (accounts.length > maxUsers) {
      files.tell('limit-reached', 'etc/passwd', `of ${accounts.length} accounts ${maxUsers} are listed`, null);
    }
    return { facts: listed, incomplete: files.incomplete };
  },
};

function userFact(
  { name, uid, gid, home, shell, password }: Account,
  shadow: ReadonlyMap<string, Password>,
  groups: readonly string[],
  sudoOf: SudoOf,
): Omit<UserFact, 'layer'> {
  const known = password ?? shadow.get(name) ?? ({ password: 'none', hash: null } as const);
  const sudo = sudoOf({ name, uid, gid, groups });
  const admin = uid === 0 || sudo !== 'none' || groups.some((group) => adminGroups.has(group));
  return { name, uid, gid, groups, home, shell, password: known.password, hash: known.hash, sudo, admin };
}

const accountKey = ({ name, uid }: Account) => `${name}:${uid}`;

/** Account → the layer since which every passwd lists it, as packages of a database have theirs. */
function introducedIn({ analyses }: FactContext): ReadonlyMap<string, number> {
  let since = new Map<string, number>();
  for (const [layer, { parsed }] of analyses.entries()) {
    const accounts = parsed.get('users')?.get('etc/passwd')?.facts as readonly Account[] | null | undefined;
    if (accounts) since = new Map(accounts.map(accountKey).map((key) => [key, since.get(key) ?? layer]));
  }
  return since;
}

/** Members may become root by what distributions set up for them. */
const adminGroups: ReadonlySet<string> = new Set(['root', 'sudo', 'wheel', 'admin', 'docker']);

function memberships(groups: readonly Group[]): (account: Account) => readonly string[] {
  const byMember = new Map<string, string[]>();
  const byId = new Map<number, string>();
  for (const { name, gid, members } of groups) {
    if (!byId.has(gid)) byId.set(gid, name);
    for (const member of members) {
      const known = byMember.get(member);
      if (known === undefined) byMember.set(member, [name]);
      else known.push(name);
    }
  }
  return ({ name, gid }) => [...new Set([byId.get(gid) ?? [], byMember.get(name) ?? []].flat())].sort();
}

/** What was parsed of the files that the squashed view has. */
class AccountFiles {
  readonly incomplete: Incomplete[] = [];
  readonly #context: FactContext;

  constructor(context: FactContext) {
    this.#context = context;
  }

  /** What a file says; null where there is none, or it was not read, which is told. */
  one<T>(path: string): T | null {
    const { view, analyses } = this.#context;
    const found = view.resolve(path);
    if (!('node' in found) || found.node.entry.type === 'directory') return null;
    const { entry, layer } = found.node;
    const parsed = analyses[layer]?.parsed.get('users')?.get(entry.path);
    if (parsed?.damage) this.tell('file-too-large', path, parsed.damage.message, layer);
    else if (parsed === undefined) this.tell('file-unreadable', path, 'a link: its accounts are not known', layer);
    return (parsed?.facts ?? null) as T | null;
  }

  /** sudoers, and of the folder that it includes what sudo would read. */
  sudoers(): readonly Sudoers[] {
    const main = this.one<Sudoers>('etc/sudoers');
    if (main === null) return [];
    const read = [main];
    for (const included of main.includes) {
      const path = included.startsWith('/') ? included.slice(1).replace(/\/+$/, '') : `etc/${included}`;
      if (path === sudoersFolder) {
        for (const node of this.#context.view.children(sudoersFolder)) {
          const part = sudoersPart.test(node.path) ? this.one<Sudoers>(node.path) : null;
          if (part !== null) read.push(part);
        }
      } else if ('node' in this.#context.view.resolve(path)) {
        this.tell('file-unreadable', path, 'sudoers includes this, which is not read for grants', null);
      }
    }
    return read;
  }

  tell(code: Incomplete['code'], path: string, message: string, layer: number | null): void {
    const id = layer === null ? null : this.#context.layerId(layer);
    this.incomplete.push({ code, message, path: `/${path}`, ...(id === null ? {} : { layer: id }) });
  }
}
