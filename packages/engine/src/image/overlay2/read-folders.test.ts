import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { readImage } from '../read-image.ts';
import { type EngineFolders, writeEngineFolders } from '../testing/engine-folders.ts';
import { type FakeEngine, fakeEngine } from '../testing/fake-engine.ts';
import { dockerArchive, type FixtureEntry, type FixtureImage, fixtureImage } from '../testing/image-builder.ts';
import { readSeen, recordingAnalyser, temporaryDirectory, temporaryFile } from '../testing/reading.ts';
import type { LayerAnalyser, LayerListing } from '../types.ts';
import { Crc64 } from './crc64.ts';

const directory = temporaryDirectory();
const long = `usr/share/${'deep/'.repeat(30)}file`;
const image = fixtureImage({
  layers: [
    [
      { path: './', type: 'directory' },
      { path: './etc/', type: 'directory' },
      { path: './etc/os-release', content: 'ID=debian\n' },
      { path: 'etc/empty', content: '' },
      { path: 'etc/.whatever', content: 'no whiteout' },
      { path: 'usr/bin/su', content: Buffer.alloc(140_000, 'su'), mode: 0o4755, uid: 3, gid: 4 },
      { path: 'usr/bin/sg', type: 'hardlink', linkTarget: './usr/bin/su' },
      { path: 'lib', type: 'symlink', linkTarget: 'usr/lib' },
      { path: 'dev/null', type: 'character' },
      { path: long, content: 'far down' },
      { path: 'name with é and "quotes" <&>', content: 'x' },
    ],
    [
      { path: 'etc/.wh.os-release' },
      { path: 'usr/.wh..wh..opq' },
      { path: 'first', content: 'shared' },
      { path: 'second', type: 'hardlink', linkTarget: 'first' },
    ],
  ],
  names: ['app:latest', 'app:1'],
});
const archive = temporaryFile(directory, dockerArchive(image));

interface Set {
  readonly engine: FakeEngine;
  readonly folders: EngineFolders;
  readonly data: string;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function engineWith(of: FixtureImage): Promise<Set> {
  const data = mkdtempSync(join(directory, 'data-'));
  const folders = writeEngineFolders(data, of);
  const engine = await fakeEngine(directory, { image: of, graphDriver: folders.graphDriver });
  closing.push(engine.close);
  return { engine, folders, data };
}

describe('CRC-64 (ISO 3309)', () => {
  it.each([
    ['', '0000000000000000'],
    ['123456789', 'b90956c775a41001'],
    // as Docker 20.10 wrote it
    ['hello', '3c3eeee2d8100000'],
  ])('of %j', (text, sum) => {
    const crc = new Crc64();
    for (const char of text) crc.update(Buffer.from(char));
    expect(crc.digest().toString('hex')).toBe(sum);
    const whole = new Crc64();
    whole.update(Buffer.from(text));
    expect(whole.digest().toString('hex')).toBe(sum);
  });

  it('is that of one byte after the other, however the bytes come', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
        const [single, pieces] = [new Crc64(), new Crc64()];
        for (const byte of bytes) single.update(Buffer.from([byte]));
        pieces.update(Buffer.from(bytes.subarray(0, cut)));
        pieces.update(Buffer.from(bytes.subarray(cut)));
        expect(pieces.digest()).toEqual(single.digest());
      }),
    );
  });
});

describe('an image in the folders of an engine on this machine', () => {
  it('is its archive, layer by layer, and nothing is exported', async () => {
    const { engine } = await engineWith(image);
    const notes: string[] = [];
    const progress = { layer: () => {}, note: (text: string) => void notes.push(text) };
    const [read, wanted] = [
      await readSeen('docker:app:latest', { engineHost: engine.unix, progress }),
      await readSeen(archive),
    ];
    expect(read.layers.map(({ analysis }) => analysis)).toEqual(wanted.layers.map(({ analysis }) => analysis));
    const described = ({ layers }: typeof read) =>
      layers.map(({ digest, diffId, mediaType, instruction, verified }) => [
        digest,
        diffId,
        mediaType,
        instruction,
        verified,
      ]);
    expect(described(read)).toEqual(described(wanted));
    expect(read).toMatchObject({ kind: 'docker', readFrom: 'overlay2', names: ['app:1', 'app:latest'] });
    expect({ ...read, ...shared }).toEqual({ ...wanted, ...shared, readFrom: 'overlay2', names: read.names });
    expect(engine.requests.filter((path) => path.endsWith('/get'))).toEqual([]);
    expect(notes).toEqual([]);
  });

  it('gives stretches of files, as an archive does', async () => {
    const { engine } = await engineWith(image);
    const seen = async (reference: string) => {
      const read = await readImage(reference, { analyser: partsAnalyser(), engineHost: engine.unix });
      await read.close();
      return read.layers.map(({ analysis }) => analysis);
    };
    const read = await seen('docker:app:latest');
    expect(read).toEqual(await seen(archive));
    expect(read[0]?.parts).toContainEqual(['usr/bin/su', 'susu', null]);
  });

  it('is read again for single files', async () => {
    const { engine } = await engineWith(image);
    const read = await readImage('docker:app:latest', {
      analyser: recordingAnalyser(() => false),
      engineHost: engine.unix,
    });
    const bodies = await read.reread(1, new Set(['second', 'nothing']));
    expect([...bodies].map(([path, body]) => [path, String(body)])).toEqual([['second', 'shared']]);
    await read.close();
  });

  it('is kept by where it lies and never by a digest, and not read twice', async () => {
    const { engine, folders } = await engineWith(image);
    const analyser = recordingAnalyser();
    const read = async () => {
      const { layers, close } = await readImage('docker:app:latest', { analyser, engineHost: engine.unix });
      await close();
      return layers;
    };
    const first = await read();
    expect(analyser.keys.map(({ id, verified }) => [id.split(':')[0], verified])).toEqual([
      ['overlay2', false],
      ['overlay2', false],
    ]);
    expect(await read()).toEqual(first);
    expect(analyser.begun).toBe(2);
    // the engine made the layer anew
    const bytes = readFileSync(folders.layers[1]!.tarSplit);
    rmSync(folders.layers[1]!.tarSplit);
    writeFileSync(folders.layers[1]!.tarSplit, bytes);
    expect(await read()).toEqual(first);
    expect(analyser.begun).toBe(3);
  });

  it('whatever its layers hold', async () => {
    const name = fc.constantFrom('a', 'b', 'c.txt', '.wh.a', 'ö');
    const entry: fc.Arbitrary<FixtureEntry> = fc
      .tuple(fc.array(name, { minLength: 1, maxLength: 3 }), fc.uint8Array({ maxLength: 1500 }), fc.boolean())
      .map(([parts, content, dotted]) => ({ path: `${dotted ? './' : ''}d/${parts.join('-/')}`, content }));
    const layer = fc.uniqueArray(entry, { maxLength: 6, selector: ({ path }) => path.replace('./', '') });
    await fc.assert(
      fc.asyncProperty(fc.array(layer, { minLength: 1, maxLength: 3 }), async (layers) => {
        const made = fixtureImage({ layers, names: ['app:latest'] });
        const { engine } = await engineWith(made);
        const read = await readSeen('docker:app:latest', { engineHost: engine.unix });
        const wanted = await readSeen(temporaryFile(directory, dockerArchive(made)));
        expect(read.readFrom).toBe('overlay2');
        expect(read.layers.map(({ analysis }) => analysis)).toEqual(wanted.layers.map(({ analysis }) => analysis));
      }),
      { numRuns: 20 },
    );
  });
});

const shared = { kind: '', reference: '', layers: [], digests: null, reread: null, close: null };

function partsAnalyser(): LayerAnalyser<{ parts: unknown[]; listing: LayerListing }> {
  return {
    recall: () => undefined,
    keep: () => {},
    begin() {
      const parts: unknown[] = [];
      return {
        wants: () => 'parts',
        file: () => {},
        parts: ({ path, size }, stretches) =>
          void parts.push([path, String(stretches.read(0, Math.min(4, size))), stretches.read(size - 1, 2)]),
        finish: (listing) => ({ parts, listing }),
      };
    },
  };
}

describe('the export is taken, and why is said', () => {
  const first = ({ folders }: Set) => folders.layers[0]!;
  const changeLines = (path: string, change: (text: string) => string) =>
    writeFileSync(path, gzipSync(change(gunzipSync(readFileSync(path)).toString('latin1')).replace(/^/, '')));
  const cases: readonly (readonly [string, (set: Set) => void, RegExp])[] = [
    ['no folder of the engine', ({ data }) => renameSync(data, `${data}-gone`), /no such file or directory/],
    ['no list of files', (set) => rmSync(first(set).tarSplit), /no such file or directory/],
    ['a list that is cut', (set) => truncateSync(first(set).tarSplit, 300), /truncated/],
    ['a list that is no gzip', (set) => writeFileSync(first(set).tarSplit, 'hello'), /damaged gzip/],
    ['a list of other lines', (set) => changeLines(first(set).tarSplit, () => '{"type":3}\n'), /list .* is damaged/],
    ['a list of no JSON', (set) => changeLines(first(set).tarSplit, () => 'no\n'), /list .* is damaged/],
    [
      'a segment that is no base64',
      (set) => changeLines(first(set).tarSplit, (text) => text.replace('"payload":"', '"payload":"!')),
      /list .* is damaged/,
    ],
    [
      'half of the list',
      (set) => changeLines(first(set).tarSplit, (text) => text.slice(0, text.indexOf('os-release'))),
      /list .* is damaged/,
    ],
    [
      'a size that is not that of the header',
      (set) => changeLines(first(set).tarSplit, (text) => text.replace('"size":10,', '"size":11,')),
      /size of its header/,
    ],
    ['another layer', (set) => writeFileSync(join(first(set).entry, 'diff'), `sha256:${'0'.repeat(64)}`), /another/],
    ['a folder elsewhere', (set) => writeFileSync(join(first(set).entry, 'cache-id'), '../x'), /names no folder/],
    ['another config', ({ folders }) => writeFileSync(folders.config, '{}'), /wrong digest/],
    ['a file that is gone', (set) => rmSync(join(first(set).files, 'etc/os-release')), /ENOENT/],
    [
      'a file with other bytes',
      (set) => writeFileSync(join(first(set).files, 'etc/os-release'), 'ID=alpine\n'),
      /etc\/os-release is not what the engine wrote/,
    ],
    ['a shorter file', (set) => truncateSync(join(first(set).files, 'usr/bin/su'), 10), /not what the engine wrote/],
    [
      'a file without its content',
      (set) => {
        rmSync(join(first(set).files, 'usr/bin/su'));
        writeFileSync(join(first(set).files, 'usr/bin/su'), '');
        truncateSync(join(first(set).files, 'usr/bin/su'), 140_000);
      },
      /not what the engine wrote/,
    ],
    [
      'a link in place of a file',
      (set) => {
        const at = join(first(set).files, 'etc/os-release');
        renameSync(at, `${at}.moved`);
        symlinkSync(`${at}.moved`, at);
      },
      /ELOOP/,
    ],
    [
      'a link in place of a directory',
      (set) => {
        const at = join(first(set).files, 'etc');
        renameSync(at, `${at}.moved`);
        symlinkSync(`${at}.moved`, at);
      },
      /etc is a link/,
    ],
    [
      'a directory in place of a file',
      (set) => {
        rmSync(join(first(set).files, 'etc/os-release'));
        mkdirSync(join(first(set).files, 'etc/os-release'));
      },
      /not what the engine wrote/,
    ],
  ];

  it.each(cases)('%s', async (_, damage, reason) => {
    const set = await engineWith(image);
    damage(set);
    const notes: string[] = [];
    const progress = { layer: () => {}, note: (text: string) => void notes.push(text) };
    const read = await readSeen('docker:app:latest', { engineHost: set.engine.unix, progress });
    const wanted = await readSeen(archive);
    expect(read.readFrom).toBe('export');
    expect(read.layers).toEqual(wanted.layers.map((layer) => ({ ...layer, verified: true })));
    expect(notes).toEqual([expect.stringMatching(/^app:latest is exported by the engine, its folders are not read: /)]);
    expect(notes[0]).toMatch(reason);
  });

  it('a file without its content that is wanted in parts', async () => {
    const set = await engineWith(image);
    const at = join(first(set).files, 'usr/bin/su');
    rmSync(at);
    writeFileSync(at, '');
    truncateSync(at, 140_000);
    const read = await readImage('docker:app:latest', { analyser: partsAnalyser(), engineHost: set.engine.unix });
    await read.close();
    expect(read.readFrom).toBe('export');
  });

  it('another storage driver', async () => {
    const engine = await fakeEngine(directory, { image, graphDriver: { Name: 'vfs', Data: null } });
    closing.push(engine.close);
    const notes: string[] = [];
    const progress = { layer: () => {}, note: (text: string) => void notes.push(text) };
    const read = await readSeen('docker:app:latest', { engineHost: engine.unix, progress });
    expect(read.readFrom).toBe('export');
    expect(notes[0]).toContain('its storage is vfs');
  });

  it('an engine behind a network connection: its folders are not of this machine', async () => {
    const { engine } = await engineWith(image);
    expect((await readSeen('docker:app:latest', { engineHost: engine.tcp })).readFrom).toBe('export');
  });

  it('a list with a bit flipped', async () => {
    const { engine, folders } = await engineWith(image);
    const { tarSplit } = folders.layers[0]!;
    const bytes = readFileSync(tarSplit);
    const wanted = await readSeen(archive);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), async (at, bit) => {
        const changed = Buffer.from(bytes);
        changed[at]! ^= 1 << bit;
        writeFileSync(tarSplit, changed);
        const read = await readSeen('docker:app:latest', { engineHost: engine.unix });
        expect(read.layers.map(({ analysis }) => analysis)).toEqual(wanted.layers.map(({ analysis }) => analysis));
      }),
      { numRuns: 30 },
    );
  });
});
