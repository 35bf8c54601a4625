import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { formats, loadPack, loadPolicy, readExceptions } from '@plimsoll/engine';
import { describe, expect, it } from 'vitest';
import { commands } from '../packages/cli/src/command-table.ts';
import { exitCodes } from '../packages/cli/src/exit.ts';
import { parseSettings } from '../packages/cli/src/settings-file.ts';
import { blocks, fileName, page, pages, root } from './pages.ts';

/** The command line's, since the workspace itself has none. */
const { parse } = createRequire(join(root, 'packages/cli/package.json'))('yaml') as { parse(text: string): unknown };

interface GeneratedPage {
  readonly path: string;
  readonly committed: string;
  readonly fresh: string;
}

/** The scripts have no types. */
async function script(name: string): Promise<Record<string, unknown>> {
  return import(new URL(`../scripts/${name}`, import.meta.url).href);
}

/** As the anchors of headings are made. */
function anchors(text: string): readonly string[] {
  const headings = text.replace(/^ *```.*?^ *```$/gms, '').matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(pages)('%s', (path) => {
  const text = page(path);

  it('leads somewhere with every link', () => {
    const prose = text.replace(/^ *```.*?^ *```$/gms, '').replace(/`[^`\n]*`/g, '');
    const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    const dead = targets.filter((target) => {
      if (/^https?:/.test(target)) return false;
      const [file = '', anchor] = target.split('#');
      const full = file === '' ? path : join(dirname(path), file);
      if (!existsSync(join(root, full))) return true;
      return anchor !== undefined && !anchors(page(full)).includes(anchor);
    });
    expect(dead).toEqual([]);
  });

  it('names files of the repository that are there', () => {
    const named = [...text.matchAll(/`((?:packages|docs|scripts|test|bench)\/[\w./-]+)`/g)].map(
      ([, name = '']) => name,
    );
    expect(named.filter((name) => !existsSync(join(root, name)))).toEqual([]);
  });

  it('calls commands and flags that exist', () => {
    const wrong = blocks(text)
      .flatMap(({ body }) => body.split('\n'))
      .flatMap((line) => [...line.matchAll(/\bplimsoll ((?:scan|sbom|explain|db|versions)\b[^|;&)`]*)/g)])
      .flatMap(([, call = '']) => {
        const [first = '', second = ''] = call.split(/\s+/);
        const spec = commands.find(
          ({ usage }) => usage === first || usage.startsWith(`${first} <`) || usage.startsWith(`${first} ${second}`),
        );
        const known = spec?.options.map(({ flags }) => flags.split(' ')[0]) ?? [];
        return [...call.matchAll(/ (--[a-z-]+)/g)].flatMap(([, flag]) =>
          known.includes(flag) ? [] : `${call}: ${flag}`,
        );
      });
    expect(wrong).toEqual([]);
  });

  it('has YAML that can be read', async () => {
    for (const block of blocks(text).filter(({ language }) => language === 'yaml')) {
      const name = fileName(block) ?? 'block.yaml';
      if (name === 'mistaken.yaml') continue;
      const value = parse(block.body);
      if (name === 'plimsoll.yaml') parseSettings(block.body, name, settings);
      else if (typeof value === 'object' && value !== null && 'rules' in value) loadPolicy(block.body, name);
      else if (Array.isArray(value)) await readExceptions(block.body, name);
    }
  });
});

const flagNames = commands.flatMap(({ options }) => options.map(({ flags }) => /--[a-z-]+/.exec(flags)?.[0] ?? ''));
const settings = flagNames.map((flag) => flag.slice(2));

describe('the reference', () => {
  it('is what the code gives (scripts/generate-reference.mjs writes it)', async () => {
    const { generatedPages } = await script('generate-reference.mjs');
    const made = (generatedPages as () => readonly GeneratedPage[])();
    expect(made.length).toBeGreaterThan(5);
    for (const { path, committed, fresh } of made) expect({ path, text: committed }).toEqual({ path, text: fresh });
  });

  it('has every command, flag and exit code', () => {
    const text = page('docs/reference/cli.md');
    for (const { usage } of commands) expect(text).toContain(`\`plimsoll ${usage}\``);
    for (const flag of flagNames) expect(text).toContain(`\`${flag}`);
    for (const { code, meaning } of exitCodes)
      expect(page('docs/reference/exit-codes.md')).toContain(`| ${code} | ${meaning} |`);
  });

  it('has every variable that the sources read', () => {
    const text = page('docs/reference/cli.md');
    const sources = ['values', 'progress', 'exit', 'commands/scan', 'commands/request'].map((name) =>
      readFileSync(join(root, `packages/cli/src/${name}.ts`), 'utf8'),
    );
    sources.push(readFileSync(join(root, 'packages/cli/bin/plimsoll.mjs'), 'utf8'));
    const read = sources.flatMap((source) => [...source.matchAll(/\benv\.([A-Z_]+)/g)].map(([, name = '']) => name));
    // of the system, and what the launcher tells itself
    const users = ['HOME', 'USERPROFILE', 'PLIMSOLL_HANDED_OVER'];
    expect([...new Set(read)].filter((name) => !users.includes(name) && !text.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('of the lists that packs follow', () => {
  const text = page('docs/reference/packs.md').split('## What an image does not show')[1] ?? '';
  const controls = (pack: string, list: RegExp) =>
    [...new Set([...JSON.stringify(loadPack(pack)).matchAll(list)].map(([, id = '']) => id))].sort();

  it("each of Trivy's Dockerfile checks is decided by a rule, or the page says why it cannot be", () => {
    // there is no 3, 18 or 28 (any more)
    const checks = [
      1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 29, 30, 31,
    ];
    expect(checks).toHaveLength(28);
    const ids = checks.map((number) => `DS-${String(number).padStart(4, '0')}`);
    const undecided = [...`${text.split('These are decided')[0]}`.matchAll(/^\| (DS-\d{4}) [^|]+ \| [^|]{20,} \|$/gm)];
    const told = undecided.map(([, id = '']) => id);
    expect(told).toEqual(['DS-0006', 'DS-0012']);
    expect([...controls('best-practices', /\btrivy:(DS-\d{4})\b/g), ...told].sort()).toEqual(ids);
  });

  it('each of section 4 of the CIS Docker Benchmark is, too', () => {
    const ids = Array.from({ length: 12 }, (_, index) => `4.${index + 1}`);
    const rows = [...text.matchAll(/^\| (4\.\d+) [^|]+ \| [^|]+ \|$/gm)].map(([, id = '']) => id);
    expect(rows).toEqual(ids);
    const judged = controls('cis-docker', /\bcis-docker:(4\.\d+)\b/g);
    expect(ids.filter((id) => !judged.includes(id))).toEqual([]);
  });
});

describe('the architecture page', () => {
  it('says of every room what the check of imports says', async () => {
    const { rooms } = (await script('check-imports.mjs')) as {
      rooms: Record<string, Record<string, 'all' | 'types'>>;
    };
    const rows = [
      ...page('docs/architecture.md').matchAll(/^\| `packages\/engine\/src\/(\w+)` \|[^|]*\| ([^|]*) \|$/gm),
    ];
    const written = Object.fromEntries(rows.map(([, room = '', imports = '']) => [room, imports]));
    const there = Object.entries(rooms).filter(([room]) => existsSync(join(root, 'packages/engine/src', room)));
    const meant = Object.fromEntries(
      there.map(([room, imports]) => {
        const names = Object.entries(imports).map(([name, how]) => (how === 'types' ? `${name} (types)` : name));
        return [room, names.join(', ') || 'nothing'];
      }),
    );
    expect(written).toEqual(meant);
  });
});

it('the README gives every exit code its meaning', () => {
  for (const { code, meaning } of exitCodes.filter(({ code }) => code <= 5))
    expect(page('README.md')).toContain(`| ${code} | ${meaning} |`);
});

describe('the formats', () => {
  const described = (usage: string) =>
    commands
      .find((command) => command.usage === usage)
      ?.options.find(({ flags }) => flags.startsWith('--format'))
      ?.description.split(';')[0]
      ?.split(/, | or /);

  it('are all named by the help and by the guide', () => {
    const names = formats.map(({ name }) => name);
    expect([...(described('scan <image>') ?? [])].sort()).toEqual([...names].sort());
    const rows = [...page('docs/guides/reports.md').matchAll(/^\| (`[^|]*) \|/gm)].map(([, first = '']) => first);
    const named = rows.flatMap((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
    expect(named.filter((name) => /^[a-z]/.test(name)).sort()).toEqual([...names].sort());
  });
});
