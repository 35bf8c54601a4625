import { closeSync, existsSync, fstatSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from './file-digest.ts';
import { shardPath } from './store-paths.ts';

/** What a file is told by as long as nobody writes to it: device, inode, size, modified and changed (nanoseconds). */
type Identity = string;

/** A file that was changed this short a time ago may change again without its times telling, milliseconds. */
const tooYoung = 2000;

/** beside the digests of shards */
const catalogKey = 'catalog';

const format = 'plimsoll sound shards 1';

/**
 * Which shards of a directory are there and have their digest, and whether its catalog is one. Hashing the 100 MB that an image of many kinds needs costs
 * more than all look-ups in them, so it is remembered, beside them, which files were found sound: a file that was written,
 * replaced or moved since has another identity, and is hashed again. Memory that is lost, damaged or cannot be written costs
 * time alone. Whoever could forge it could write the catalog, too.
 */
export class SoundShards {
  readonly #dbDir: string;
  #known: Map<string, Identity> | undefined;
  #changed = false;

  constructor(dbDir: string) {
    this.#dbDir = dbDir;
  }

  /** @param digest `sha256:…` */
  isSound(digest: string): boolean {
    let fd: number;
    try {
      fd = openSync(shardPath(this.#dbDir, digest), 'r');
    } catch {
      return false;
    }
    try {
      return this.#isKnown(digest, fd, () => digestOf(fd) === digest);
    } catch {
      return false;
    } finally {
      closeSync(fd);
    }
  }

  /** @param check of the bytes that were read of the directory's catalog; asked when they are not known to be sound; may throw */
  isSoundCatalog(fd: number, check: () => boolean): boolean {
    return this.#isKnown(catalogKey, fd, check);
  }

  #isKnown(key: string, fd: number, check: () => boolean): boolean {
    this.#known ??= this.#read();
    const { identity, changed } = identityOf(fd);
    if (this.#known.get(key) === identity) return true;
    if (!check() || identityOf(fd).identity !== identity) return false;
    if (Date.now() - changed > tooYoung) {
      this.#known.set(key, identity);
      this.#changed = true;
    }
    return true;
  }

  /** Writes down what was learned. */
  remember(): void {
    if (!this.#changed || this.#known === undefined) return;
    this.#changed = false;
    const path = this.#path;
    const draft = `${path}.${process.pid}.tmp`;
    try {
      // what another process learned meanwhile stays
      const all = [...new Map([...this.#read(), ...this.#known])].filter(
        ([key]) => key === catalogKey || existsSync(shardPath(this.#dbDir, key)),
      );
      writeFileSync(draft, JSON.stringify({ format, files: Object.fromEntries(all) }), { flag: 'wx', mode: 0o600 });
      renameSync(draft, path);
    } catch {
      rmSync(draft, { force: true });
    }
  }

  get #path(): string {
    return join(this.#dbDir, 'sound.json');
  }

  #read(): Map<string, Identity> {
    try {
      const { format: written, files } = JSON.parse(readFileSync(this.#path, 'utf8')) as Record<string, unknown>;
      return new Map(written === format ? Object.entries(files as Record<string, Identity>) : []);
    } catch {
      return new Map();
    }
  }
}

function identityOf(fd: number): { identity: Identity; changed: number } {
  const { dev, ino, size, mtimeNs, ctimeNs } = fstatSync(fd, { bigint: true });
  return { identity: [dev, ino, size, mtimeNs, ctimeNs].join(' '), changed: Number(ctimeNs / 1_000_000n) };
}
