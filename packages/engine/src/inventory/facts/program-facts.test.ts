import { expect, it } from 'vitest';
import { squash } from '../../image/squash.ts';
import type { EntryType, LayerEntry, LayerListing } from '../../image/types.ts';
import type { FactContext } from './gatherer.ts';
import { programFacts } from './program-facts.ts';

const entry = (path: string, type: EntryType, mode = 0o755, linkTarget: string | null = null): LayerEntry => ({
  path,
  type,
  mode,
  uid: 0,
  gid: 0,
  size: type === 'file' ? 7 : 0,
  linkTarget,
});
const link = (path: string, target: string) => entry(path, 'symlink', 0o777, target);
const layer = (entries: readonly LayerEntry[], whiteouts: readonly string[] = []): LayerListing => ({
  entries,
  whiteouts: whiteouts.map((path) => ({ path, at: entries.length })),
  opaque: [],
  problems: [],
});

function programsOf(layers: readonly LayerListing[], env: readonly string[] | null = []) {
  const config = env && { env };
  const context = { view: squash(layers), config, layerId: (index: number) => `sha256:${index}` };
  const { facts } = programFacts.gather(context as unknown as FactContext);
  return facts.map(({ kind, name, path, layer: at }) => `${kind} ${name} ${path} ${at?.slice(7)}`);
}

it('lists package managers and shells once, where a merged folder leads, as the last layer leaves them', () => {
  const base = layer([
    link('bin', 'usr/bin'),
    link('sbin', 'usr/sbin'),
    entry('usr/bin/apt-get', 'file'),
    entry('usr/bin/dash', 'file'),
    link('usr/bin/sh', 'dash'),
    entry('usr/bin/gone', 'file'),
    entry('usr/bin/dpkg', 'file'),
    entry('usr/bin/dpkg-query', 'file'),
    entry('usr/share/doc/bash', 'file'),
    entry('usr/bin/zsh', 'directory'),
  ]);
  const top = layer(
    [
      entry('usr/local/lib/npm-cli.js', 'file'),
      link('usr/local/bin/npm', '../lib/npm-cli.js'),
      entry('usr/sbin/pip3.11', 'file'),
    ],
    ['usr/bin/dpkg'],
  );
  expect(programsOf([base, top])).toEqual([
    'package-manager apt-get /usr/bin/apt-get 0',
    'shell dash /usr/bin/dash 0',
    'shell sh /usr/bin/sh 0',
    'package-manager npm /usr/local/bin/npm 1',
    'package-manager pip3.11 /usr/sbin/pip3.11 1',
  ]);
});

it('counts every name that busybox is linked as', () => {
  const files = [
    entry('bin/busybox', 'file'),
    entry('bin/ash', 'hardlink', 0o755, 'bin/busybox'),
    link('bin/sh', '/bin/busybox'),
  ];
  expect(programsOf([layer(files)])).toEqual([
    'shell ash /bin/ash 0',
    'shell busybox /bin/busybox 0',
    'shell sh /bin/sh 0',
  ]);
});

it('counts nothing that cannot be run', () => {
  const files = [
    link('bin/sh', 'dash'),
    link('bin/zsh', 'zsh'),
    link('bin/ksh', '../../../etc'),
    entry('bin/bash', 'file', 0o644),
    { ...entry('bin/fish', 'file'), size: 0 },
    entry('bin/rpm', 'fifo'),
  ];
  expect(programsOf([layer(files)])).toEqual([]);
});

it('looks into the folders of PATH, the last that is set, and at none that are not absolute', () => {
  const files = [entry('opt/conda/bin/conda', 'file'), entry('old/pip', 'file'), entry('app/npm', 'file')];
  const env = ['PATH=/old', 'MANPATH=/old', 'PATH=app:/opt/conda/bin/:/missing::/opt/conda/bin'];
  expect(programsOf([layer(files)], env)).toEqual(['package-manager conda /opt/conda/bin/conda 0']);
  expect(programsOf([layer(files)], null)).toEqual([]);
});
