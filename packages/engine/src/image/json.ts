import { ImageError } from './error.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Parses JSON that comes from an image.
 *
 * @throws ImageError `CORRUPT`
 */
export function parseJson(bytes: Buffer, what: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new ImageError('CORRUPT', `${what}: not valid JSON`, { cause: error });
  }
}

/** Reads fields of a JSON object of unknown shape; absent and null are the same. Each throws ImageError `CORRUPT`. */
export class Fields {
  readonly #object: JsonObject;
  readonly #what: string;

  /** @param what names the object in messages */
  constructor(value: unknown, what: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ImageError('CORRUPT', `${what}: not a JSON object`);
    }
    this.#object = value as JsonObject;
    this.#what = what;
  }

  #get(key: string): unknown {
    return Object.hasOwn(this.#object, key) ? (this.#object[key] ?? undefined) : undefined;
  }

  #wrong(key: string, expected: string): ImageError {
    return new ImageError('CORRUPT', `${this.#what}: ${key} is not ${expected}`);
  }

  has(key: string): boolean {
    return this.#get(key) !== undefined;
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
