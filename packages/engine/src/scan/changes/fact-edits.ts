import type { ImageConfig } from '../../image/types.ts';
import type { Facts, Inventory, Package, SecretFact } from '../../inventory/types.ts';
import type { Finding } from '../../matching/types.ts';
import { secretFinding } from '../../policy/made-findings.ts';

/** User and group of the edit, as many images without root have it. */
const anyUser = '65532:65532';

const lists = ['exposedPorts', 'volumes', 'onBuild'] as const;
type ListKey = (typeof lists)[number];

/**
 * Steps that findings about configuration, files and packages ask for, made in what was found of an image: the smallest that
 * a rule could mean. Whether they are enough is for the rule to say, which judges again.
 */
export class FactEdits {
  #user = false;
  #healthcheck = false;
  readonly #elements = new Map<ListKey, Set<string>>();
  readonly #variables = new Set<string>();
  readonly #modes = new Set<string>();
  readonly #files = new Set<string>();
  readonly #packages = new Set<string>();
  readonly #secrets = new Set<string>();
  readonly #lines = new Set<string>();
  readonly #accounts = new Set<string>();

  /**
   * Adds what a finding asks for.
   *
   * @param attempt 0 at first, 1 where that was not enough: a file of another mode, then no file
   * @returns what is changed, in words; null: what was found cannot show it
   */
  add(finding: Finding, attempt: number): string | null {
    const { kind, evidence, package: pkg, key } = finding;
    const { config, env, path, value = '' } = evidence;
    if (kind === 'secret') return this.#addSecret(key, env);
    if (pkg !== null) return attempt === 0 ? this.#without(this.#packages, placeOf(pkg.purl, path), pkg.name) : null;
    if (path === '/etc/passwd')
      return attempt === 0 ? this.#without(this.#accounts, value, `the account ${value}`) : null;
    if (path !== undefined && isOfFile(finding)) return this.#addFile(path, attempt);
    if (attempt > 0) return null;
    if (env !== undefined) return this.#without(this.#variables, env, env);
    if (config !== undefined) return this.#addConfig(config, value);
    const { instruction } = evidence;
    return instruction ? this.#without(this.#lines, instruction, 'that line') : null;
  }

  #addSecret(key: string, env: string | undefined): string {
    if (env !== undefined) this.#variables.add(env);
    return this.#without(this.#secrets, key, env ?? 'it');
  }

  #addFile(path: string, attempt: number): string | null {
    if (attempt > 1) return null;
    if (attempt === 1) return this.#without(this.#files, path, path);
    this.#modes.add(path);
    return `${path} without set-id bits and not writable by all`;
  }

  #addConfig(config: string, value: string): string | null {
    if (config === 'user') {
      this.#user = true;
      return `with USER ${anyUser}`;
    }
    if (config === 'healthcheck') {
      this.#healthcheck = true;
      return 'with a HEALTHCHECK';
    }
    const list = lists.find((each) => each === config);
    if (list === undefined || value === '') return null;
    const elements = this.#elements.get(list) ?? new Set<string>();
    this.#elements.set(list, elements);
    return this.#without(elements, value, value);
  }

  #without(gone: Set<string>, what: string, words: string): string {
    gone.add(what);
    return `without ${words}`;
  }

  /** What was found, with the steps made; packages that stay are the same objects. */
  apply(inventory: Inventory): Inventory {
    const stays = (pkg: Package) => !this.#packages.has(placeOf(pkg.purl, pkg.locations[0]?.path));
    const { packages, configSecrets } = inventory;
    return {
      ...inventory,
      packages: this.#packages.size === 0 ? packages : packages.filter(stays),
      facts: this.#facts(inventory, stays),
      ...(configSecrets && { configSecrets: this.#secretsOf(inventory, configSecrets) }),
    };
  }

  #facts(inventory: Inventory, stays: (pkg: Package) => boolean): Facts {
    const { facts, packages } = inventory;
    const { config, files, licenses, dockerfile, users, secrets } = facts;
    return {
      ...facts,
      config: config && this.#config(config),
      ...(files && {
        files: files
          .filter(({ path }) => !this.#files.has(path))
          .map((file) => (this.#modes.has(file.path) ? { ...file, mode: tamed(file.mode) } : file)),
      }),
      ...(licenses && { licenses: licenses.filter((_, at) => stays(packages[at]!)) }),
      ...(dockerfile && { dockerfile: dockerfile.filter(({ text }) => !this.#lines.has(text)) }),
      ...(users && { users: users.filter(({ name }) => !this.#accounts.has(name)) }),
      ...(secrets && { secrets: this.#secretsOf(inventory, secrets) }),
    };
  }

  #config(config: ImageConfig): ImageConfig {
    const left = (key: ListKey) => config[key].filter((each) => this.#elements.get(key)?.has(each) !== true);
    return {
      ...config,
      user: this.#user ? anyUser : config.user,
      healthcheck: this.#healthcheck ? { Test: ['CMD', 'true'] } : config.healthcheck,
      exposedPorts: left('exposedPorts'),
      volumes: left('volumes'),
      onBuild: left('onBuild'),
      env: config.env.filter((variable) => !this.#variables.has(variable.split('=', 1)[0] ?? '')),
    };
  }

  #secretsOf(inventory: Inventory, secrets: readonly SecretFact[]): readonly SecretFact[] {
    if (this.#secrets.size === 0) return secrets;
    return secrets.filter((secret) => !this.#secrets.has(secretFinding(secret, inventory).key));
  }
}

/** Of a file: it may have another mode, or be gone. */
export function isOfFile({ kind, package: pkg, evidence: { path } }: Finding): boolean {
  return kind === 'misconfiguration' && pkg === null && path !== undefined && path !== '/etc/passwd';
}

function placeOf(purl: string, path: string | undefined): string {
  return `${purl}\0${path ?? ''}`;
}

/** Octal mode without set-id bits; a directory that all may write to keeps that, with the sticky bit. */
function tamed(mode: string): string {
  return (Number.parseInt(mode, 8) & 0o1775).toString(8);
}
