import { expect, it } from 'vitest';
import { Secrets } from './secrets.ts';

const secrets = new Secrets();
secrets.add('pa"ss wörd');
secrets.add('pa"ss wörd-and-more');
secrets.add('abc');

it.each([
  ['no secret', 'no secret'],
  ['it was pa"ss wörd-and-more.', 'it was ***.'],
  [JSON.stringify({ got: 'pa"ss wörd' }), '{"got":"***"}'],
  [`?password=${encodeURIComponent('pa"ss wörd')}`, '?password=***'],
  [`Basic ${Buffer.from('pa"ss wörd').toString('base64')}`, 'Basic ***'],
  ['Authorization: bearer abcdefgh.12345', 'Authorization: bearer ***'],
  ['token eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.abc-_', 'token ***'],
  ['see https://user:word@r.example/a?X-Amz-Signature=1234&x#y now', 'see https://***@r.example/a?*** now'],
  ['too short: abc', 'too short: abc'],
])('%j', (text, expected) => {
  expect(secrets.redact(text)).toBe(expected);
});
