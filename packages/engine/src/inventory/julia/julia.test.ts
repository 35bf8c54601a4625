import { describe, expect, test } from 'vitest';
import { fuzzList, readList } from '../testing/fuzz-lists.ts';
import { julia } from './julia.ts';
import { isInstalledProject } from './julia-toml.ts';

const uuid = '682c06a0-de6a-54ab-a142-c8b1cf79cde6';
const project = `name = "JSON"\nuuid = "${uuid}"\nversion = "0.21.4"\n\n[deps]\nDates = "ade2ca70-3891-5945-98fb-dc099432e06a"\n`;
const manifest = `julia_version = "1.9.0"\nmanifest_format = "2.0"\n\n[[deps.Dates]]\nuuid = "ade2ca70-3891-5945-98fb-dc099432e06a"\n\n[[deps.JSON]]\ndeps = ["Dates"]\nuuid = "${uuid}"\nversion = "0.21.4"\n\n    [deps.JSON.weakdeps]\n    version = "9"\n`;
const depot = 'root/.julia/packages/JSON/93Ea8/Project.toml';

describe('Julia packages', () => {
  test.each([
    ['of a depot', depot, project, [`pkg:julia/JSON@0.21.4?uuid=${uuid}`]],
    ['without a version', 'usr/share/julia/stdlib/v1.9/Dates/Project.toml', 'name = "Dates"\n', []],
    ['of a manifest', 'srv/Manifest.toml', manifest, [`pkg:julia/JSON@0.21.4?uuid=${uuid}`]],
    [
      'of an old manifest',
      'srv/Manifest.toml',
      `[[JSON]]\nuuid = "${uuid}"\nversion = "0.21.4"\n`,
      [`pkg:julia/JSON@0.21.4?uuid=${uuid}`],
    ],
    ['of a file of some other tool', 'srv/Manifest.toml', '[[package]]\nname = "a"\nversion = "1"\n', []],
  ])('%s', (_, path, body, rows) => {
    expect(readList(julia, path, body)).toEqual(rows);
  });

  test.each([
    [depot, true],
    ['usr/share/julia/stdlib/v1.9/Dates/Project.toml', true],
    ['root/.julia/packages/JSON/93Ea8/test/Project.toml', false],
    ['srv/Project.toml', false],
  ])('%s is of an installed package: %s', (path, is) => expect(isInstalledProject(path)).toBe(is));

  test('any bytes', () => {
    fuzzList(julia, depot, project);
    fuzzList(julia, 'srv/Manifest.toml', manifest);
  });
});
