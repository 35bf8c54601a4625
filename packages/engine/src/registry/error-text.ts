import type { Secrets } from './secrets.ts';

/** Longest error that is read of an answer, bytes. */
export const maxErrorBytes = 64 * 1024;
const maxShown = 200;
/** Far more than is shown: secrets are taken out before the text is cut, since the part of one that is left would not be known. */
const maxRead = 16 * 1024;

/**
 * What a registry says of its error, for the end of a message: `: manifest unknown`, on one line; '' where it says nothing
 * that can be read.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
 */
export function errorText(bytes: Buffer | undefined, secrets: Secrets): string {
  let value: unknown;
  try {
    value = JSON.parse(bytes?.toString('utf8') ?? '');
  } catch {
    // a page for people: the status says enough
    return '';
  }
  const [first] = isObject(value) && Array.isArray(value.errors) ? (value.errors as unknown[]) : [value];
  const texts = isObject(first) ? [first.message, first.error_description, first.details, first.error, first.code] : [];
  const text = texts.find((each) => typeof each === 'string' && each !== '');
  return text === undefined ? '' : `: ${oneLine(secrets.redact(String(text).slice(0, maxRead)))}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, maxShown);
}
