import { describe, expect, test } from 'vitest';
import { fuzzList, readList } from '../testing/fuzz-lists.ts';
import { dotnet } from './dotnet.ts';

const path = 'srv/app/App.deps.json';
const libraries = {
  'App/1.0.0': { type: 'project' },
  'Newtonsoft.Json/13.0.1': { type: 'package', serviceable: true },
  'runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.1': { type: 'runtimepack' },
};

describe('deps.json', () => {
  test.each([
    [
      'packages and the runtime, but not the projects',
      { libraries },
      ['pkg:nuget/Newtonsoft.Json@13.0.1', 'pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@8.0.1'],
    ],
    ['no libraries', { targets: {} }, ['damaged: the deps.json has no libraries']],
    ['nothing but the application', { libraries: { 'App/1.0.0': { type: 'project' } } }, []],
    [
      'a library without a version',
      { libraries: { 'A/1': {}, B: {}, '/2': {} } },
      ['pkg:nuget/A@1', 'damaged: 2 entries of the deps.json have no readable name and version'],
    ],
  ])('%s', (_, value, rows) => {
    expect(readList(dotnet, path, `\ufeff${JSON.stringify(value)}`)).toEqual(rows);
  });

  test('any bytes', () => fuzzList(dotnet, path, JSON.stringify({ libraries })));
});
