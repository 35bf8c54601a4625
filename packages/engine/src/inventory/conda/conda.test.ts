import { describe, expect, test } from 'vitest';
import { fuzzList, readList } from '../testing/fuzz-lists.ts';
import { conda } from './conda.ts';

const path = 'opt/conda/conda-meta/bzip2-1.0.8-h5eee18b_6.json';
const bzip2 = {
  name: 'bzip2',
  version: '1.0.8',
  build: 'h5eee18b_6',
  channel: 'https://repo.anaconda.com/pkgs/main/linux-64',
  subdir: 'linux-64',
  fn: 'bzip2-1.0.8-h5eee18b_6.conda',
  license: 'bzip2-1.0.8',
  files: ['bin/bzip2'],
};

describe('a record of conda', () => {
  test.each([
    ['whole', bzip2, ['pkg:conda/bzip2@1.0.8?build=h5eee18b_6&channel=main&subdir=linux-64&type=conda | bzip2-1.0.8']],
    [
      'short',
      { name: '_openmp_mutex', version: '5.1', channel: 'conda-forge' },
      ['pkg:conda/_openmp_mutex@5.1?channel=conda-forge'],
    ],
    ['without a version', { name: 'a' }, ['damaged: the conda record has no readable name and version']],
    ['that is a list', [], ['damaged: the conda record has no readable name and version']],
  ])('%s', (_, value, rows) => {
    expect(readList(conda, path, JSON.stringify(value))).toEqual(rows);
  });

  test('any bytes', () => fuzzList(conda, path, JSON.stringify(bzip2)));
});
