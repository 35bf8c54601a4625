import { expect, it } from 'vitest';
import { squash } from '../../image/squash.ts';
import type { EntryType, LayerEntry, LayerListing } from '../../image/types.ts';
import { fileFacts } from './file-facts.ts';
import type { FactContext } from './gatherer.ts';

const entry = (path: string, type: EntryType, mode: number, linkTarget: string | null = null): LayerEntry => ({
  path,
  type,
  mode,
  uid: 0,
  gid: 42,
  size: type === 'file' ? 7 : 0,
  linkTarget,
});
const layer = (entries: readonly LayerEntry[], whiteouts: readonly string[] = []): LayerListing => ({
  entries,
  whiteouts: whiteouts.map((path) => ({ path, at: entries.length })),
  opaque: [],
  problems: [],
});

function factsOf(...layers: readonly LayerListing[]) {
  const context = { view: squash(layers), layerId: (index: number) => `sha256:${index}` };
  return fileFacts().gather(context as unknown as FactContext).facts;
}

it('lists set-id files and what all may write, as the last layer leaves them', () => {
  const base = layer([
    entry('usr/bin/su', 'file', 0o4755),
    entry('usr/bin/wall', 'file', 0o2755),
    entry('usr/bin/gone', 'file', 0o4755),
    entry('usr/bin/tamed', 'file', 0o4755),
    entry('usr/bin/ls', 'file', 0o755),
    entry('tmp', 'directory', 0o1777),
    entry('var/mail', 'directory', 0o2775),
    entry('dev/null', 'character', 0o666),
    entry('run/pipe', 'fifo', 0o622),
    entry('bin', 'symlink', 0o777, 'usr/bin'),
  ]);
  const top = layer([entry('usr/bin/tamed', 'file', 0o755), entry('srv/key', 'file', 0o602)], ['usr/bin/gone']);
  expect(
    factsOf(base, top).map(({ path, type, mode, layer: at }) => `${path} ${type} ${mode} ${at?.slice(7)}`),
  ).toEqual([
    '/dev/null device 0666 0',
    '/run/pipe device 0622 0',
    '/srv/key file 0602 1',
    '/tmp directory 1777 0',
    '/usr/bin/su file 4755 0',
    '/usr/bin/wall file 2755 0',
  ]);
});

it('lists both names of a set-id file that a hard link shares', () => {
  const shared = [entry('bin/a', 'file', 0o4755), entry('bin/b', 'hardlink', 0o4755, 'bin/a')];
  expect(factsOf(layer(shared))).toMatchObject([
    { path: '/bin/a', mode: '4755', uid: 0, gid: 42, size: 7 },
    { path: '/bin/b', mode: '4755', uid: 0, gid: 42, size: 7 },
  ]);
});

it('finds nothing in an image without layers', () => {
  expect(factsOf()).toEqual([]);
});
