import { ImageError } from '../error.ts';

/** Fields of one message, by number: bytes of what has a length, numbers of the rest. Later ones come last. */
export type Message = ReadonlyMap<number, readonly (Buffer | number)[]>;

/** A message of texts and numbers; empty ones are left out. */
export function encodeMessage(fields: Readonly<Record<number, string | number>>): Buffer {
  const parts: Buffer[] = [];
  for (const [number, value] of Object.entries(fields)) {
    const key = Number(number) * 8;
    if (typeof value === 'number') {
      if (value !== 0) parts.push(varint(key), varint(value));
    } else if (value !== '') {
      const bytes = Buffer.from(value);
      parts.push(varint(key + 2), varint(bytes.length), bytes);
    }
  }
  return Buffer.concat(parts);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

/**
 * @throws ImageError `CORRUPT`
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export function decodeMessage(bytes: Buffer, what: string): Message {
  const fields = new Map<number, (Buffer | number)[]>();
  let at = 0;
  const take = (length: number): Buffer => {
    if (length > bytes.length - at) {
      throw damaged(what);
    }
    at += length;
    return bytes.subarray(at - length, at);
  };
  const number = (): number => {
    let value = 0;
    for (let shift = 0; shift < 10; shift += 1) {
      const byte = take(1)[0]!;
      value += (byte & 0x7f) * 2 ** (7 * shift);
      if (byte < 0x80) {
        return value;
      }
    }
    throw damaged(what);
  };
  while (at < bytes.length) {
    const key = number();
    const field = Math.floor(key / 8);
    const values = fields.get(field) ?? [];
    fields.set(field, values);
    switch (key % 8) {
      case 0:
        values.push(number());
        break;
      case 1:
        take(8);
        break;
      case 2:
        values.push(take(number()));
        break;
      case 5:
        take(4);
        break;
      default:
        throw damaged(what);
    }
  }
  return fields;
}

export function textField(message: Message, field: number): string {
  const value = message.get(field)?.at(-1);
  return Buffer.isBuffer(value) ? value.toString('utf8') : '';
}

export function bytesFields(message: Message, field: number): readonly Buffer[] {
  return (message.get(field) ?? []).filter((value) => Buffer.isBuffer(value));
}

function damaged(what: string): ImageError {
  return new ImageError('CORRUPT', `${what}: not a message of containerd`);
}
