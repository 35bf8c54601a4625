import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAdvisoryError } from '../advisory-error.ts';
import { readXml, type XmlElement, type XmlLimits, xmlLimits } from './xml.ts';

async function* chunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(
  text: string | Buffer,
  names: readonly string[],
  {
    size = 7,
    limits = xmlLimits,
    root = 'a',
  }: { readonly size?: number; readonly limits?: XmlLimits; readonly root?: string } = {},
): Promise<XmlElement[]> {
  const out: XmlElement[] = [];
  await readXml(
    'feed.xml',
    chunks(Buffer.from(text), size),
    root,
    new Set(names),
    (element) => out.push(element),
    limits,
  );
  return out;
}

const failure = (text: string | Buffer, limits?: XmlLimits) =>
  read(text, ['item'], limits === undefined ? {} : { limits }).then(
    () => 'was read',
    (error) => (isAdvisoryError(error) ? `${error.code}: ${error.message}` : `threw ${error}`),
  );

test('elements of the given names come whole, without prefixes, wherever chunks end', async () => {
  const text =
    '<?xml version="1.0"?><!-- a <b> --><a:list xmlns:a="urn:x"><a:item id="1" a:kind="é &lt;&#65;"> one <sub>two</sub><![CDATA[<3>]]></a:item><other><item id="2"/></other></a:list>';
  for (const size of [1, 2, 3, 1000]) {
    expect(await read(text, ['item'], { size, root: 'list' })).toEqual([
      {
        name: 'item',
        attributes: { id: '1', kind: 'é <A' },
        children: [{ name: 'sub', attributes: {}, children: [], text: 'two' }],
        text: 'one <3>',
      },
      { name: 'item', attributes: { id: '2' }, children: [], text: '' },
    ]);
  }
});

describe('is refused', () => {
  test.each([
    ['a document type', '<!DOCTYPE a><a/>', 'feed-malformed: feed.xml: has a document type'],
    [
      'entities that grow',
      '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a><item>&c;</item></a>',
      'feed-malformed: feed.xml: has a document type',
    ],
    [
      'an entity of a file',
      '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a><item>&b;</item></a>',
      'feed-malformed: feed.xml: has a document type',
    ],
    ['an entity that XML does not have', '<a><item>&nbsp;</item></a>', 'feed-malformed: feed.xml: is no whole XML'],
    ['what breaks off', '<a><item>1</item>', 'feed-malformed: feed.xml: is no whole XML'],
    ['nothing at all', '', 'feed-malformed: feed.xml: is empty'],
    ['another document', '<rss><item/></rss>', 'feed-malformed: feed.xml: is <rss> and not <a>'],
    ['HTML', '<html><br><body></html>', 'feed-malformed: feed.xml: is <html> and not <a>'],
    ['JSON', '{"a": 1}', 'feed-malformed: feed.xml: is no whole XML'],
    ['Latin-1', Buffer.from('<a><item>\u00e9</item></a>', 'latin1'), 'feed-malformed: feed.xml: is no whole XML'],
  ])('%s', async (_, text, message) => {
    expect(await failure(text)).toContain(message);
  });

  test.each([
    ['maxDepth', `<a>${'<b>'.repeat(10)}${'</b>'.repeat(10)}</a>`],
    ['maxElements', `<a><item>${'<b/>'.repeat(10)}</item></a>`],
    ['maxTextChars', `<a><item>${'b'.repeat(10)}</item></a>`],
  ])('what is over %s', async (limit, text) => {
    expect(await failure(text, { ...xmlLimits, [limit]: 5 })).toMatch(/^feed-too-large: feed\.xml: /);
  });
});

test('what is not asked for is not kept: neither its text nor its number counts', async () => {
  const text = `<a>${'<other>12345678</other>'.repeat(50)}<item>1</item></a>`;
  const limits = { ...xmlLimits, maxElements: 1, maxTextChars: 1 };
  expect(await read(text, ['item'], { limits })).toHaveLength(1);
});

test('mutated documents end, and end in AdvisoryError alone', async () => {
  const whole = Buffer.from(`<?xml version="1.0"?><a><item id="1">x<b>&amp;</b></item>${'<c d="e"/>'.repeat(5)}</a>`);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 4 }),
      fc.nat(whole.length),
      async (flips, end) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of flips) bytes[at] = value;
        await read(bytes.subarray(0, end), ['item'], { size: 11 }).catch((error) => {
          if (!isAdvisoryError(error)) throw error;
        });
      },
    ),
    { numRuns: 300 },
  );
});
