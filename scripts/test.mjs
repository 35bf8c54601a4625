// `npm test`: the checks of the house, then the tests; `npm run test:slow`: those named *.slow.test.ts, which take minutes, alone.
// Ends with one line `N passed, N failed, N skipped`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const node = process.execPath;
const bin = (path) => join(root, 'node_modules', path);
const slow = process.argv[2] === '--slow';
const checks = [
  ['bundle', [join(root, 'scripts/bundle.mjs')]],
  ['types', [bin('typescript/bin/tsc'), '-p', 'tsconfig.json']],
  ['style', [bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.']],
  ['imports', [join(root, 'scripts/check-imports.mjs')]],
  ['unused code', [bin('knip/bin/knip.js')]],
];
const counts = { passed: 0, failed: 0, skipped: 0 };

for (const [name, args] of slow ? checks.slice(0, 1) : checks) {
  const { status, stdout, stderr } = spawnSync(node, args, { cwd: root, encoding: 'utf8' });
  counts[status === 0 ? 'passed' : 'failed']++;
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name}`);
  if (status !== 0) console.log(`${stdout}${stderr}`);
}

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-test-'));
const report = join(folder, 'report.json');
const patterns = slow
  ? ['.slow.test.ts', '--testTimeout=600000', '--hookTimeout=600000']
  : ['--exclude', '**/*.slow.test.ts', ...process.argv.slice(2)];
const { status } = spawnSync(
  node,
  [
    bin('vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...patterns,
  ],
  { cwd: root, stdio: 'inherit' },
);
try {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  counts.passed += numPassedTests;
  counts.failed += numFailedTests;
  counts.skipped += numPendingTests + numTodoTests;
  const skipped = testResults
    .flatMap((file) => file.assertionResults)
    .filter((t) => t.status === 'skipped' || t.status === 'pending');
  for (const name of new Set(skipped.map((t) => t.ancestorTitles[0] ?? t.title))) console.log(`skipped: ${name}`);
  // A file that fails to load runs no test, so the counts alone would pass it over.
  if (status !== 0 && numFailedTests === 0) counts.failed++;
} catch {
  counts.failed++;
}
rmSync(folder, { recursive: true, force: true });
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed === 0 && status === 0 ? 0 : 1);
