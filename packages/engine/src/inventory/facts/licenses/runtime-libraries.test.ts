import { expect, it } from 'vitest';
import { isRuntimeLibrary, runtimeLibrariesIn } from './runtime-libraries.ts';

const statement = `The following runtime libraries are licensed under the terms of the
GNU General Public License (v3 or later) with version 3.1 of the GCC
Runtime Library Exception (included in this file):

 - libgcc (libgcc/, gcc/unwind*,
   gcc/coretypes.h).
 - libgomp
 - libstdc++-v3
 - The libgnat-12 Ada support library.

The libbacktrace library is licensed under the following terms:
`;

it("knows the libraries that GCC's copyright file puts under its exception", () => {
  const said = runtimeLibrariesIn(statement);
  expect(said).toEqual({
    names: ['libgcc', 'libgomp', 'libstdc++'],
    license: 'GPL-3.0-or-later WITH GCC-exception-3.1',
  });
  const runtime = ['libgcc-s1', 'libgcc1', 'libstdc++6', 'lib32stdc++6', 'lib64gcc-s1', 'libgomp1'];
  const others = ['libgcc-12-dev', 'libgccjit0', 'gcc-12-base', 'libasan8', 'libstdc++-12-dev', 'libgomp'];
  expect([...runtime, ...others].filter((name) => isRuntimeLibrary(said!, name))).toEqual(runtime);
});

it.each([
  ['another licence', statement.replace('v3 or later', 'v2')],
  ['no list', statement.replaceAll(' - ', ' ')],
  ['nothing of the kind', 'GCC is free software'],
])('says nothing of %s', (_, text) => {
  expect(runtimeLibrariesIn(text)).toBeNull();
});
