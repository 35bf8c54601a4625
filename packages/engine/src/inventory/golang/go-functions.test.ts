import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openExecutable, partsOfBody } from '../binary/executable.ts';
import { buildElf } from '../testing/elf-builder.ts';
import { goFunctions } from './go-functions.ts';
import { hashOf, NameHashes, NameSet } from './name-set.ts';

const names = [
  'runtime.main',
  'net/http.(*Server).Serve',
  'net/http.(*Server).Serve.func1',
  'net/http.HandlerFunc.ServeHTTP-fm',
  'gopkg.in/yaml%2ev3.Unmarshal',
  'slices.SortFunc[go.shape.[]net/url.URL]',
  'vendor/golang.org/x/net/http2/hpack.(*Decoder).Write',
  'main.run',
];

const magics = { '1.2': 0xfffffffb, '1.16': 0xfffffffa, '1.18': 0xfffffff0, '1.20': 0xfffffff1 } as const;
type Layout = keyof typeof magics;

/** A table of functions as far as it is read: header, names, and something behind them. */
function table(layout: Layout, bits: 32 | 64, texts: readonly string[] = names): Buffer {
  const word = bits / 8;
  const list = Buffer.from(`${texts.join('\0')}\0`);
  const head = Buffer.alloc(8 + word * (layout === '1.2' ? 1 : layout === '1.16' ? 7 : 8));
  head.writeUInt32LE(magics[layout]);
  head.set([0, 0, 1, word], 4);
  const put = (index: number, value: number): void => {
    if (word === 8) head.writeBigUInt64LE(BigInt(value), 8 + 8 * index);
    else head.writeUInt32LE(value, 8 + 4 * index);
  };
  put(0, texts.length);
  // offsets from the table's start: before Go 1.16 names stand between other data, each behind a zero byte
  const noise = layout === '1.2' ? Buffer.from([0x80, 0x12, 0x61, 0]) : Buffer.alloc(0);
  const at = head.length + noise.length;
  if (layout !== '1.2') {
    const first = layout === '1.16' ? 2 : 3;
    put(first, at);
    put(first + 1, at + list.length);
  }
  return Buffer.concat([head, noise, list, Buffer.alloc(64)]);
}

function linkedIn(bytes: Buffer, main = 'example.com/app'): NameSet | null {
  const executable = openExecutable(partsOfBody(bytes));
  const text = executable && goFunctions(executable, main);
  return text === null ? null : NameSet.fromText(text)!;
}

const layouts: readonly Layout[] = ['1.2', '1.16', '1.18', '1.20'];
const forms = layouts.flatMap((layout) => ([32, 64] as const).map((bits) => [layout, bits] as const));

describe.each(forms)('the table of functions of Go %s, %i bits', (layout, bits) => {
  const elf = (stripped: boolean) =>
    buildElf([{ name: '.gopclntab', bytes: table(layout, bits), address: 0x1000 }], { bits, stripped });

  it.each([false, true])('names packages and functions as records do; without section headers: %s', (stripped) => {
    const linked = linkedIn(elf(stripped))!;
    const there = [
      'net/http',
      'net/http.Server.Serve',
      'net/http.HandlerFunc.ServeHTTP',
      'gopkg.in/yaml.v3',
      'gopkg.in/yaml.v3.Unmarshal',
      'slices.SortFunc',
      'golang.org/x/net/http2/hpack.Decoder.Write',
      'example.com/app',
      'example.com/app.run',
    ];
    expect(there.filter((name) => !linked.has(name))).toEqual([]);
    const others = ['net/http.Client.Do', 'net/url', 'archive/tar.Reader.Next', 'example.com/app/other', 'net/http2'];
    expect(others.filter((name) => linked.has(name))).toEqual([]);
  });
});

it('names generic functions and the methods of generic types without their types, however long these are', () => {
  const texts = [
    'runtime.main',
    'sync/atomic.(*Pointer[go.shape.struct { a.B [4]int; c/d.E map[string][]int }]).Load',
    `example.com/list.(*List[go.shape.struct { ${'net/url.URL '.repeat(200)}}]).Push-fm`,
    'example.com/list.Sort[go.shape.int].func1',
    'example.com/list.Open[go.shape.int',
  ];
  const linked = linkedIn(buildElf([{ name: '.gopclntab', bytes: table('1.20', 64, texts) }]))!;
  const list = ['List', 'List.Push', 'Sort', 'Sort.func1', 'Open'].map((name) => `example.com/list.${name}`);
  const there = ['sync/atomic.Pointer', 'sync/atomic.Pointer.Load', ...list];
  expect(there.filter((name) => !linked.has(name))).toEqual([]);
  expect(['a', 'c/d', 'c/d.E', 'net/url', 'net/url.URL'].filter((name) => linked.has(name))).toEqual([]);
});

describe('what tells nothing', () => {
  it.each<[string, Buffer]>([
    ['no table', buildElf([{ name: '.text', bytes: Buffer.alloc(64) }])],
    ['another first word', buildElf([{ name: '.gopclntab', bytes: Buffer.alloc(128, 7) }])],
    ['names without the runtime', buildElf([{ name: '.gopclntab', bytes: table('1.20', 64, ['a.b', 'c.d']) }])],
    ['a table of another word size', buildElf([{ name: '.gopclntab', bytes: table('1.20', 32) }])],
    ['big-endian', buildElf([{ name: '.gopclntab', bytes: table('1.20', 64) }], { bigEndian: true })],
  ])('%s', (_, bytes) => {
    expect(linkedIn(bytes)).toBeNull();
  });

  it.each([
    ['behind the end', 1n << 40n, 1n << 41n],
    ['an end before the start', 500n, 10n],
    ['nothing between', 100n, 100n],
    ['more than is read', 80n, 1n << 62n],
  ])('offsets that lie: %s', (_, from, to) => {
    const bytes = table('1.20', 64);
    bytes.writeBigUInt64LE(from, 8 + 24);
    bytes.writeBigUInt64LE(to, 8 + 32);
    expect(linkedIn(buildElf([{ name: '.gopclntab', bytes }]))).toBeNull();
  });
});

const modules = new URL('../../../../../node_modules/', import.meta.url);
const esbuild = new URL(['@esbuild', 'linux-x64', 'bin', 'esbuild'].join('/'), modules);

it.skipIf(!existsSync(esbuild))('reads a large stripped binary of today’s Go', () => {
  const linked = linkedIn(readFileSync(esbuild), 'github.com/evanw/esbuild/cmd/esbuild')!;
  const there = [
    'net/http.Server.Serve',
    'github.com/evanw/esbuild/internal/js_parser',
    'github.com/evanw/esbuild/cmd/esbuild.main',
  ];
  expect(there.filter((name) => !linked.has(name))).toEqual([]);
  expect(['archive/tar', 'database/sql', 'html/template.Template.Execute'].filter((name) => linked.has(name))).toEqual(
    [],
  );
});

it('is the same whatever stands in front of a name', () => {
  const part = fc.constantFrom(
    'net',
    'http',
    'vendor',
    'main',
    'yaml%2ev3',
    'a.b',
    '(*T)',
    'M-fm',
    'F[go.shape.[]x/y.Z]',
    '(*G[go.shape.struct { a.B [4]int }])',
    `G[${'a.b '.repeat(300)}]`,
    '',
  );
  const name = fc
    .array(fc.tuple(part, fc.constantFrom('/', '.')), { minLength: 1, maxLength: 5 })
    .map((parts) => parts.flat().slice(0, -1).join(''));
  fc.assert(
    fc.property(
      fc.array(name, { maxLength: 12 }),
      fc.array(fc.double({ noNaN: true }), { minLength: 12 }),
      (some, keys) => {
        const shuffled = some.map((each, at) => [keys[at]!, each] as const).sort(([a], [b]) => a - b);
        const textOf = (texts: readonly string[]) => {
          const bytes = buildElf([{ name: '.gopclntab', bytes: table('1.20', 64, ['runtime.main', ...texts]) }]);
          return goFunctions(openExecutable(partsOfBody(bytes))!, 'example.com/app');
        };
        expect(textOf(shuffled.map(([, each]) => each))).toBe(textOf(some));
      },
    ),
  );
});

it('ends, whatever stands in the table', () => {
  const whole = buildElf([{ name: '.gopclntab', bytes: table('1.18', 64), address: 0x1000 }]);
  const change = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), fc.nat(whole.length), (changes, cut) => {
      const bytes = Buffer.from(whole.subarray(0, cut || whole.length));
      for (const { at, byte } of changes) if (at < bytes.length) bytes[at] = byte;
      const executable = openExecutable(partsOfBody(bytes));
      if (executable) goFunctions(executable, 'example.com/app');
    }),
    { numRuns: 500 },
  );
});

it('is bounded: a name without end, and more names than any program has', () => {
  const endless = table('1.20', 64, ['runtime.main', `a.${'b'.repeat(1_000_000)}`]);
  expect(linkedIn(buildElf([{ name: '.gopclntab', bytes: endless }]))?.has('runtime.main')).toBe(true);
  const many = table(
    '1.20',
    64,
    Array.from({ length: 900_000 }, (_, at) => `p${at}.f`),
  );
  expect(linkedIn(buildElf([{ name: '.gopclntab', bytes: many }]))).toBeNull();
});

it('says of next to none of the names that are not in it that they are, and of none that are that they are not', () => {
  const known = Array.from({ length: 20_000 }, (_, at) => `example.com/p${at % 300}.Function${at}`);
  const linked = linkedIn(buildElf([{ name: '.gopclntab', bytes: table('1.20', 64, ['runtime.main', ...known]) }]))!;
  expect(known.filter((name) => !linked.has(name))).toEqual([]);
  const unknown = known.map((name) => `${name}X`);
  expect(unknown.filter((name) => linked.has(name)).length).toBeLessThan(3);
});

it.each([
  ['of an earlier version', 'AAECAwQFBgc='],
  ['cut within a hash', 'hashes:AAECAwQF'],
  ['not Base64', 'hashes:AA*CAw=='],
  ['cut within Base64', 'hashes:AAECA'],
  ['without order', `hashes:${Buffer.from(Int32Array.of(3, 2).buffer).toString('base64')}`],
  ['with one twice', `hashes:${Buffer.from(Int32Array.of(2, 2).buffer).toString('base64')}`],
])('knows nothing of a text %s', (_, text) => {
  expect(NameSet.fromText(text)).toBeUndefined();
});

it('gives up on hashes that were chosen to stand in one another’s way, and on no others', () => {
  const overrun = (hashAt: (at: number) => number) => {
    const hashes = new NameHashes();
    hashes.begin(0);
    for (let at = 1; at <= 15_000; at += 1) hashes.add(hashAt(at));
    return hashes.overrun;
  };
  expect(overrun((at) => hashOf(Buffer.from(`example.com/p${at % 300}.Function${at}`)))).toBe(false);
  // all of them belong into the first place
  expect(overrun((at) => (at << 16) ^ ((at << 16) >>> 15) ^ ((at << 16) >>> 30))).toBe(true);
});

it('two lists of names know nothing of each other, and one that begins anew nothing of before', () => {
  const [one, other] = [new NameHashes(), new NameHashes()];
  for (const hashes of [one, other]) hashes.begin(0);
  for (let at = 1; at <= 400; at += 1) (at % 2 === 0 ? one : other).add(at);
  const [ofOne, ofOther] = [one, other].map((hashes) => NameSet.fromText(hashes.toText())!);
  expect([ofOne!.hasKey(2), ofOne!.hasKey(3), ofOther!.hasKey(2), ofOther!.hasKey(3)]).toEqual([
    true,
    false,
    false,
    true,
  ]);
  one.begin(0);
  expect(one.toText()).toBe('hashes:');
});

it('keeps every hash: far apart, beside each other, the least and the largest', () => {
  const hashes = fc.array(fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.integer({ min: 1, max: 90 })));
  fc.assert(
    fc.property(hashes, hashes, (some, others) => {
      const all = new NameHashes();
      all.begin(16);
      for (const hash of some) all.add(hash);
      const set = NameSet.fromText(all.toText())!;
      const keyed = (hash: number) => hash || 1;
      expect(some.filter((hash) => !set.hasKey(keyed(hash)))).toEqual([]);
      const known = new Set(some.map(keyed));
      expect(others.filter((hash) => set.hasKey(keyed(hash)) !== known.has(keyed(hash)))).toEqual([]);
    }),
    { examples: [[[-(2 ** 31), 2 ** 31 - 1], [0]]] },
  );
});
