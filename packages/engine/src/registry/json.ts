import { ImageError } from './error.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Parses JSON that comes from an image.
 *
 * @throws ImageError `CORRUPT`, also for an object that has a key twice: the engines merge what both say
 */
export function parseJson(bytes: Buffer, what: string): unknown {
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ImageError('CORRUPT', `${what}: not valid JSON`, { cause: error });
  }
  const key = repeatedKey(text);
  if (key !== null) {
    throw new ImageError('CORRUPT', `${what}: has the key ${JSON.stringify(key.slice(0, 100))} twice in one object`);
  }
  return value;
}

/** The first key that an object of this valid JSON has twice. */
function repeatedKey(json: string): string | null {
  const open: (Set<string> | null)[] = [];
  let last = '';
  for (let at = 0; at < json.length; at += 1) {
    const char = json[at];
    if (char === '"') {
      const end = endOfString(json, at);
      last = json.slice(at, end);
      at = end - 1;
    } else if (char === '{') {
      open.push(new Set());
    } else if (char === '[') {
      open.push(null);
    } else if (char === '}' || char === ']') {
      open.pop();
    } else if (char === ':') {
      const key = JSON.parse(last) as string;
      const keys = open.at(-1)!;
      if (keys!.size === keys!.add(key).size) {
        return key;
      }
    }
  }
  return null;
}

/** Behind the closing quote of the string that begins at `start`. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); ; end = json.indexOf('"', end + 1)) {
    let escapes = 0;
    while (json[end - 1 - escapes] === '\\') {
      escapes += 1;
    }
    if (escapes % 2 === 0) {
      return end + 1;
    }
  }
}

/** Equal for what the engines' JSON reader takes for the same field: `ſ` and `K` (Kelvin) are letters of it, too. */
function folded(key: string): string {
  return key.toUpperCase().toLowerCase();
}

/**
 * Reads fields of a JSON object of unknown shape; absent and null are the same. As in the engines, `Layers` may be
 * written `layers`; written in two ways at once it is an error. Each throws ImageError `CORRUPT`.
 */
export class Fields {
  readonly #object: JsonObject;
  readonly #what: string;
  /** keys as they are written, by what they are for the engines */
  readonly #written = new Map<string, readonly string[]>();

  /** @param what names the object in messages */
  constructor(value: unknown, what: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ImageError('CORRUPT', `${what}: not a JSON object`);
    }
    this.#object = value as JsonObject;
    this.#what = what;
    for (const key of Object.keys(value)) {
      const same = folded(key);
      this.#written.set(same, [...(this.#written.get(same) ?? []), key].slice(0, 2));
    }
  }

  #get(key: string): unknown {
    const [written, other] = this.#written.get(folded(key)) ?? [];
    if (other !== undefined) {
      throw new ImageError('CORRUPT', `${this.#what}: has ${JSON.stringify([written, other])}, which are one field`);
    }
    return written === undefined ? undefined : (this.#object[written] ?? undefined);
  }

  #wrong(key: string, expected: string): ImageError {
    return new ImageError('CORRUPT', `${this.#what}: ${key} is not ${expected}`);
  }

  string(key: string): string | null {
    const value = this.#get(key);
    if (value !== undefined && typeof value !== 'string') {
      throw this.#wrong(key, 'a string');
    }
    return value ?? null;
  }

  flag(key: string): boolean {
    const value = this.#get(key);
    if (value !== undefined && typeof value !== 'boolean') {
      throw this.#wrong(key, 'true or false');
    }
    return value ?? false;
  }

  amount(key: string): number | null {
    const value = this.#get(key);
    if (value !== undefined && (!Number.isSafeInteger(value) || (value as number) < 0)) {
      throw this.#wrong(key, 'an amount');
    }
    return (value as number | undefined) ?? null;
  }

  list(key: string): readonly unknown[] | null {
    const value = this.#get(key);
    if (value !== undefined && !Array.isArray(value)) {
      throw this.#wrong(key, 'a list');
    }
    return value ?? null;
  }

  strings(key: string): readonly string[] | null {
    const list = this.list(key);
    if (list !== null && !list.every((item) => typeof item === 'string')) {
      throw this.#wrong(key, 'a list of strings');
    }
    return list as readonly string[] | null;
  }

  object(key: string): JsonObject | null {
    const value = this.#get(key);
    if (value === undefined) {
      return null;
    }
    if (typeof value !== 'object' || Array.isArray(value)) {
      throw this.#wrong(key, 'an object');
    }
    return value as JsonObject;
  }

  /** Fields of an inner object; of an empty one where it is absent. */
  inner(key: string): Fields {
    return new Fields(this.object(key) ?? {}, `${this.#what}: ${key}`);
  }
}

const digestForm = /^sha256:[0-9a-f]{64}$/;

/** @throws ImageError `CORRUPT`, or `UNSUPPORTED` for another algorithm */
export function checkDigestForm(digest: string | null, what: string): string {
  if (digest !== null && digestForm.test(digest)) {
    return digest;
  }
  if (digest?.startsWith('sha512:')) {
    throw new ImageError('UNSUPPORTED', `${what}: sha512 digests are not supported yet`);
  }
  throw new ImageError('CORRUPT', `${what}: ${JSON.stringify((digest ?? '').slice(0, 100))} is not a sha256 digest`);
}
