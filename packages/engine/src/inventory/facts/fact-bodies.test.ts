import { expect, it } from 'vitest';
import type { LayerEntry } from '../../image/types.ts';
import { parsed } from '../cataloger.ts';
import { FactBodies } from './fact-bodies.ts';
import { type BodyReader, beginningBytes } from './gatherer.ts';

const entry = (path: string, size: number): LayerEntry => {
  return { path, type: 'file', mode: 0o644, uid: 0, gid: 0, size, linkTarget: null };
};
const binary = Buffer.alloc(300_000);
const text = Buffer.alloc(300_000, 'a line\n');

/** Texts alone, and everything below `all/`. */
function bodies() {
  const told: string[] = [];
  const sized: BodyReader = { wants: () => true, read: (_, body) => parsed(body.length) };
  const texts = { ...sized, begins: (_: string, beginning: Buffer) => beginning.indexOf(0) < 0 };
  const all = { ...sized, wants: (path: string) => path.startsWith('all/') };
  const none = { facts: [] as never };
  const gatherers = [
    { name: 'secrets' as const, version: 1, bodies: texts, gather: () => none },
    { name: 'licenses' as const, version: 1, bodies: all, gather: () => none },
  ];
  const asked = new FactBodies(gatherers, (reader, path, { facts, damage }) => {
    told.push(`${reader} ${path} ${facts ?? damage?.code}`);
  });
  return { asked, told };
}

it('asks for parts where everybody looks at the beginning first', () => {
  const { asked } = bodies();
  expect(asked.wants('srv/a', beginningBytes, 0o644)).toBe(true);
  expect(asked.wants('srv/b', beginningBytes + 1, 0o644)).toBe('parts');
  expect(asked.wants('all/c', beginningBytes + 1, 0o644)).toBe(true);
});

it('reads no more than the beginning of what nobody reads on', () => {
  const { asked, told } = bodies();
  for (const body of [binary, text]) {
    const read: [number, number][] = [];
    asked.wants('srv/a', body.length, 0o644);
    asked.parts(entry('srv/a', body.length), {
      size: body.length,
      read(at, length) {
        read.push([at, length]);
        return body.subarray(at, at + length);
      },
      readInto: (target, at) => {
        read.push([at, target.length]);
        return body.copy(target, 0, at) === target.length;
      },
    });
    expect(read).toEqual([[0, beginningBytes], ...(body === text ? [[0, body.length]] : [])]);
    asked.wants('', 0, 0);
  }
  expect(told).toEqual(['secrets srv/a 300000']);
});

it('says so when a body cannot be read to its end', () => {
  const { asked, told } = bodies();
  asked.parts(entry('srv/a', text.length), {
    size: text.length,
    read: (at, length) => text.subarray(at, at + length),
    readInto: () => false,
  });
  expect(told).toEqual(['secrets srv/a file-unreadable']);
});

it.each([1, 7, 1000, 1024, 1025, 64_000, 300_000])('takes bodies that pass by in pieces of %i bytes', (piece) => {
  const { asked, told } = bodies();
  for (const [path, whole] of [['srv/a', text] as const, ['srv/b', binary] as const, ['all/c', binary] as const]) {
    const body = piece < 100 ? whole.subarray(0, 3000) : whole;
    const passing = asked.passing(entry(path, body.length))!;
    for (let at = 0; at < body.length; at += piece) passing.data(body.subarray(at, at + piece));
    passing.end();
  }
  const size = piece < 100 ? 3000 : 300_000;
  expect(told).toEqual([`secrets srv/a ${size}`, `licenses all/c ${size}`]);
});

it.each([1000, 300_000])('hands no more on than is asked for, in pieces of %i bytes', (piece) => {
  const told: string[] = [];
  const first = { wants: () => true, begins: () => true, maxBytes: 2000 };
  const bodies = { ...first, read: (_: string, body: Buffer, size: number) => parsed(`${body.length} of ${size}`) };
  const gatherer = { name: 'secrets' as const, version: 1, bodies, gather: () => ({ facts: [] as never }) };
  const asked = new FactBodies([gatherer], (_, path, { facts }) => void told.push(`${path} ${facts}`));
  const passing = asked.passing(entry('a', text.length))!;
  for (let at = 0; at < text.length; at += piece) passing.data(text.subarray(at, at + piece));
  passing.end();
  asked.whole(entry('b', text.length), text);
  expect(told).toEqual(['a 2000 of 300000', 'b 2000 of 300000']);
});

it('gives whole bodies to those alone that read on', () => {
  const { asked, told } = bodies();
  asked.whole(entry('all/a', binary.length), binary);
  asked.whole(entry('all/b', text.length), text);
  expect(told).toEqual(['licenses all/a 300000', 'secrets all/b 300000', 'licenses all/b 300000']);
});
