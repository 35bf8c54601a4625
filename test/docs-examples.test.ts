import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { blocks, fileName, page, pages, root } from './pages.ts';
import { launcher, scratchFolder } from './program.ts';

/*
 * The pages show what the program really says: their `console` blocks are run, in order, in the folder of the demo with the
 * files that the page shows. `…` stands for lines that are left out. UPDATE_DOCS=1 writes the outputs anew.
 */

const scratch = scratchFolder();
afterAll(() => scratch.remove());

const demo = join(scratch.path, 'plimsoll-demo');
const demoOutput = execFileSync(process.execPath, [join(root, 'scripts/demo.mjs')], {
  cwd: scratch.path,
  encoding: 'utf8',
  env: { PATH: process.env.PATH ?? '', HOME: scratch.path },
});
const settings = blocks(page('docs/guides/pipeline.md')).find((block) => fileName(block) === 'plimsoll.yaml');
const hasJq = spawnSync('sh', ['-c', 'command -v jq']).status === 0;

const shown = pages.filter((path) => blocks(page(path)).some(({ language }) => language === 'console'));

describe.skipIf(process.platform === 'win32' || !hasJq)('outputs in the documentation (needs sh and jq)', () => {
  it.each(shown)('%s', (path) => {
    const text = page(path);
    const folder = join(scratch.path, path.replaceAll('/', '-'));
    mkdirSync(folder);
    for (const each of ['shop.tar', 'base.tar', 'advisories'])
      cpSync(join(demo, each), join(folder, each), { recursive: true });
    if (settings) writeFileSync(join(folder, 'plimsoll.yaml'), settings.body);
    for (const block of blocks(text)) {
      const name = fileName(block);
      if (name !== undefined && !name.includes('/') && !name.startsWith('.'))
        writeFileSync(join(folder, name), block.body);
    }
    const fresh = text.replace(
      /```console\n(.*?)```/gs,
      (_, body: string) => `\`\`\`console\n${replay(body, folder)}\`\`\``,
    );
    if (process.env.UPDATE_DOCS) writeFileSync(join(root, path), fresh);
    else expect(text).toBe(fresh);
  });
});

it('the README shows what the demo says', () => {
  // the last line is where the page lies on this machine
  const said = demoOutput.replace(/^The same as a page:.*\n/m, '').trimEnd();
  const text = page('README.md');
  const section = /(<!-- demo output -->\n).*?(<!-- \/demo output -->)/s;
  const fresh = text.replace(section, (_, open, close) => `${open}\`\`\`\n${said}\n\`\`\`\n${close}`);
  if (process.env.UPDATE_DOCS) writeFileSync(join(root, 'README.md'), fresh);
  else expect(text).toBe(fresh);
});

it('the example of the engine runs, in the folder of the demo', () => {
  const [example] = blocks(page('packages/engine/README.md')).filter(({ language }) => language === 'ts');
  const script = `${example?.body}\nprocess.exit(0);`.replace(
    'const day',
    `process.chdir(${JSON.stringify(demo)});\nconst day`,
  );
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script], {
    cwd: root,
    encoding: 'utf8',
  });
  expect({ stdout, stderr }).toEqual({ stdout: expect.stringMatching(/^fail \d+\n$/), stderr: '' });
});

/** The block with the outputs that its commands have now. */
function replay(body: string, folder: string): string {
  const parts = body.split(/^(?=\$ )/m);
  return parts
    .map((part) => {
      const [command = '', ...said] = part.split('\n');
      const script = `plimsoll() { "$NODE" "$LAUNCHER" "$@"; }\n{ ${command.slice(2)}; } 2>&1`;
      const { stdout } = spawnSync('sh', ['-c', script], {
        cwd: folder,
        encoding: 'utf8',
        env: {
          PATH: process.env.PATH ?? '',
          HOME: folder,
          LC_ALL: 'C',
          NODE: process.execPath,
          LAUNCHER: launcher,
        },
      });
      return `${command}\n${said.includes('…') ? shortened(said, stdout) : stdout}`;
    })
    .join('');
}

/** As many lines as stand before the `…`, and as many as stand behind it. */
function shortened(said: readonly string[], stdout: string): string {
  const lines = stdout.trimEnd().split('\n');
  const before = said.indexOf('…');
  const behind = said.slice(before + 1).filter((line) => line !== '').length;
  return [...lines.slice(0, before), '…', ...(behind > 0 ? lines.slice(-behind) : []), ''].join('\n');
}
