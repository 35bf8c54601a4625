import { describe, expect, test } from 'vitest';
import { squash } from '../image/squash.ts';
import type { LayerEntry } from '../image/types.ts';
import { coverageOf } from './coverage.ts';
import type { Package } from './types.ts';

const entry = (path: string, size: number, rest: Partial<LayerEntry> = {}): LayerEntry => ({
  path,
  type: 'file',
  mode: 0o755,
  uid: 0,
  gid: 0,
  size,
  linkTarget: null,
  ...rest,
});

const view = (...entries: LayerEntry[]) => squash([{ entries, whiteouts: [], opaque: [], problems: [] }]);
const owner = { name: 'bash', algorithm: 'md5', digest: null, since: 0 } as const;
const pkg = (type: string, path: string): Package => ({
  type,
  name: 'x',
  version: '1',
  purl: '',
  arch: null,
  source: null,
  licenses: [],
  locations: [{ path, layer: null }],
  ownedBy: null,
});

describe('what can be run, and who answers for it', () => {
  test('by files and by bytes, executables and libraries apart', () => {
    const of = view(
      entry('usr/bin/bash', 100),
      entry('usr/bin/dropped', 40),
      entry('usr/bin/notes.txt', 7, { mode: 0o644 }),
      entry('usr/lib/libc.so.6', 200, { mode: 0o644 }),
      entry('usr/lib/libx.so', 0, { type: 'symlink', linkTarget: 'libc.so.6' }),
      entry('srv/data', 900),
    );
    const owners = new Map([
      ['usr/bin/bash', owner],
      ['usr/lib/libc.so.6', owner],
    ]);
    expect(coverageOf(of, owners, [])).toEqual({
      executables: { files: 2, bytes: 140, ownedFiles: 1, ownedBytes: 100 },
      libraries: { files: 1, bytes: 200, ownedFiles: 1, ownedBytes: 200 },
    });
  });

  test('a file that proves a language package, and the folder of an npm package, are owned', () => {
    const of = view(
      entry('opt/bin/app', 10),
      entry('app/node_modules/esbuild/bin/esbuild', 20),
      entry('app/bin/run', 30),
    );
    const packages = [pkg('golang', '/opt/bin/app'), pkg('npm', '/app/node_modules/esbuild/package.json')];
    expect(coverageOf(of, new Map(), packages).executables).toEqual({
      files: 3,
      bytes: 60,
      ownedFiles: 2,
      ownedBytes: 30,
    });
  });
});
