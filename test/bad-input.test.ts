import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  dockerArchive,
  type FixtureEntry,
  fixtureImage,
  ociArchive,
  ociLayoutFiles,
  sha256,
  tarArchive,
  tarHeader,
} from '../packages/engine/src/image/testing/image-builder.ts';
import { cleanLayers, dpkgStatus, osRelease, writeImage } from './images.ts';
import { buildDatabase, confirmedOn, writeMirror } from './mirror.ts';
import { type Outcome, plimsoll, scratchFolder } from './program.ts';

const folder = scratchFolder();
let database = '';
let clean = '';
beforeAll(async () => {
  database = await buildDatabase(folder.path);
  clean = writeImage(folder.path, 'clean', cleanLayers);
  writeFileSync(reporter, reporterSource);
});
afterAll(folder.remove);

/**
 * Loaded into the program, says at its end how much memory it needed (KiB, Linux; the system's own figure counts what the
 * process was before it became the program) and how much CPU (seconds).
 */
const reporter = join(folder.path, 'usage.mjs');
const reporterSource = `import { existsSync, readFileSync, writeFileSync } from 'node:fs';
process.on('exit', () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  const peak = Number(/VmHWM:\\s*(\\d+)/.exec(status)?.[1] ?? 0);
  writeFileSync(process.env.USAGE_FILE, JSON.stringify({ peak, cpu: (userCPUTime + systemCPUTime) / 1e6 }));
});
`;

/** Limits that a machine under load keeps too: the program itself needs 60 MB and 0.2 s of CPU. */
const mostKiB = 220_000;
const mostSeconds = 5;
let runs = 0;

/** Runs the program and holds what it needed against the limits. */
async function bounded(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  runs += 1;
  const file = join(folder.path, `usage-${runs}.json`);
  const ran = await plimsoll(args, {
    cwd: folder.path,
    env: { ...env, USAGE_FILE: file, NODE_OPTIONS: `--import ${reporter}` },
  });
  const { peak, cpu } = JSON.parse(readFileSync(file, 'utf8'));
  expect(peak, 'peak memory, KiB').toBeLessThan(mostKiB);
  expect(cpu, 'CPU, s').toBeLessThan(mostSeconds);
  return ran;
}

/** One line that says what is wrong; no result. */
function expectRefused(ran: Outcome, status: 2 | 3, message: string | RegExp) {
  expect(ran).toMatchObject({ status, stdout: '' });
  expect(ran.stderr).toMatch(message);
  expect(ran.stderr).toMatch(/^plimsoll: [^\n]+\n$/);
  expect(ran.stderr).not.toMatch(/internal error|\n\s+at /);
}

const judged = (): string[] => ['--db-dir', database, '--no-update', '--no-cache', '--at', confirmedOn];
const image = fixtureImage({ layers: cleanLayers });
const tenGiB = 10 * 1024 ** 3;

describe.concurrent('an archive that is no whole image: 3', () => {
  const docker = dockerArchive(image);
  const oci = ociArchive([image]);
  const files = ociLayoutFiles([image]);
  const [layerPath = ''] = [...files.keys()].filter((path) => files.get(path)?.[0] === 0x1f);
  const archive = (changed: ReadonlyMap<string, Buffer>) =>
    tarArchive([...changed].map(([path, content]) => ({ path, content })));
  const withLayer = (change: (bytes: Buffer) => Buffer): Buffer =>
    archive(new Map([...files].map(([path, bytes]) => [path, path === layerPath ? change(bytes) : bytes])));
  const withType = (mediaType: string): Buffer =>
    ociArchive([image], {
      manifest: (m) => ({ ...m, layers: (m.layers as object[]).map((l) => ({ ...l, mediaType })) }),
    });
  const cases: readonly (readonly [string, Buffer, RegExp])[] = [
    ['an empty file', Buffer.alloc(0), /empty\.tar: the file is empty/],
    ['noise', Buffer.alloc(20_000, 'noise '), /no image archive/],
    ['a tar that is no image', tarArchive([osRelease]), /no image archive \(it has no manifest\.json or index\.json\)/],
    ['nothing but an end', Buffer.alloc(10_240), /no image archive|no manifest/],
    ['truncated in a layer', docker.subarray(0, 3000), /end|truncated|claims more/],
    ['truncated in a header', oci.subarray(0, 700), /end|truncated|claims more/],
    ['truncated within the gzip of the whole', gzipSync(docker).subarray(0, 500), /end|truncated/],
    ['a layer that is truncated', withLayer((bytes) => bytes.subarray(0, -30)), /sha256:|bytes/],
    ['corrupt: a header of another checksum', Buffer.concat([Buffer.from('x'), docker.subarray(1)]), /checksum|header/],
    ['corrupt: the gzip of the whole', corrupted(gzipSync(docker)), /gzip|compress|corrupt/i],
    ['corrupt: its manifest', dockerWith('manifest.json', '[{"Config":'), /manifest\.json/],
    ['corrupt: a manifest of another shape', dockerWith('manifest.json', '{"a":1}'), /manifest\.json/],
    [
      'corrupt: a config of another shape',
      dockerWith('manifest.json', '[{"Config":"manifest.json","Layers":[]}]'),
      /manifest\.json|config/,
    ],
    [
      'a wrong digest',
      withLayer((bytes) => gzipSync(tarArchive([osRelease]), { level: bytes.length > 0 ? 1 : 9 })),
      /sha256:/,
    ],
    ['an unknown media type', withType('application/vnd.example.layer+lzip'), /application\/vnd\.example\.layer\+lzip/],
    [
      'a missing layer',
      archive(new Map([...files].filter(([path]) => path !== layerPath))),
      /missing|not there|not in/,
    ],
    [
      'a missing layer of a docker-archive',
      dockerWith('manifest.json', '[{"Config":"c.json","Layers":["gone/layer.tar"]}]'),
      /missing|not there|not in|lacks/,
    ],
    [
      'layers that lie outside',
      dockerWith('manifest.json', '[{"Config":"../../etc/passwd","Layers":["/etc/passwd"]}]'),
      /missing|not there|not in|leaves|lacks/,
    ],
    [
      'a layer of 10 GiB that is not there',
      dockerArchive(fixtureImage({ layers: [tarHeader({ path: 'big' }, tenGiB)] })),
      /more bytes|truncated|end/,
    ],
    [
      'the same, compressed',
      ociArchive([fixtureImage({ layers: [tarHeader({ path: 'big' }, tenGiB)] })]),
      /more bytes|truncated|end/,
    ],
    [
      'a member of 10 GiB that is not there',
      Buffer.concat([tarHeader({ path: 'manifest.json' }, tenGiB), Buffer.alloc(1024)]),
      /more bytes|truncated|end/,
    ],
  ];
  test.each(cases)('%s', async (name, bytes, message) => {
    const path = join(
      folder.path,
      `bad ${name.replaceAll(/[^a-z0-9]+/gi, '-')}.tar`.replace('bad an-empty-file', 'empty'),
    );
    writeFileSync(path, bytes);
    const ran = await bounded(['scan', path, ...judged()]);
    expectRefused(ran, 3, message);
    expect(ran.stderr.includes(path) || ran.stderr.includes('layer 1 of 1')).toBe(true);
  });

  test('links of archive members that loop or leave', async () => {
    const member = (entries: readonly FixtureEntry[]): Buffer =>
      tarArchive([
        { path: 'manifest.json', content: '[{"Config":"c.json","Layers":["l/layer.tar"]}]' },
        { path: 'c.json', content: image.config },
        ...entries,
      ]);
    for (const [name, linkTarget] of Object.entries({
      loop: 'layer.tar',
      leaves: '../../../../etc/passwd',
      gone: 'x',
    })) {
      const path = join(folder.path, `link-${name}.tar`);
      writeFileSync(path, member([{ path: 'l/layer.tar', type: 'symlink', linkTarget }]));
      expectRefused(await bounded(['scan', path, ...judged()]), 3, /l\/layer\.tar/);
    }
  });

  test('paths that are no image', async () => {
    mkdirSync(join(folder.path, 'hollow'));
    symlinkSync('self.tar', join(folder.path, 'self.tar'));
    expectRefused(await bounded(['scan', 'hollow', ...judged()]), 3, /hollow: a directory, but no OCI layout/);
    expectRefused(await bounded(['scan', 'self.tar', ...judged()]), 3, /self\.tar/);
    expectRefused(await bounded(['scan', '/dev/null', ...judged()]), 3, /\/dev\/null/);
    expectRefused(await bounded(['scan', 'oci-layout:hollow', ...judged()]), 3, /hollow: no OCI layout/);
    expectRefused(await bounded(['scan', 'rootfs:none', ...judged()]), 3, /none: no such/);
    expectRefused(await bounded(['scan', `docker-archive:${folder.path}`, ...judged()]), 3, /not a regular file/);
    const socket = join(folder.path, 'no.sock');
    const containerd = { CONTAINERD_ADDRESS: socket };
    expectRefused(
      await bounded(['scan', 'containerd:a/b', ...judged()], containerd),
      3,
      /no such socket; is it running/,
    );
    const env = { DOCKER_HOST: `unix://${socket}` };
    expectRefused(await bounded(['scan', 'docker:app', ...judged()], env), 3, /no such socket; is the engine running/);
    expectRefused(await bounded(['scan', 'app', ...judged()], env), 3, /app: no such file, and .*engine/);
  });

  function dockerWith(path: string, content: string): Buffer {
    return tarArchive([
      { path: 'c.json', content: image.config },
      { path, content },
    ]);
  }
});

function corrupted(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.fill(0xa5, copy.length >> 1, (copy.length >> 1) + 40);
  return copy;
}

describe.concurrent('hostile layers: the rest is read, and the gate stays closed', () => {
  const status = dpkgStatus({ bash: '5.2.15-2' });
  const cases: readonly (readonly [string, readonly FixtureEntry[], number, string])[] = [
    ['a path with ..', [{ path: 'a/../../etc/passwd', content: 'x' }], 4, 'unsafe-path'],
    ['a hard link that leaves', [{ path: 'x', type: 'hardlink', linkTarget: '../../etc/shadow' }], 4, 'unsafe-path'],
    ['an absolute path is one of the image', [{ path: '/var/lib/dpkg/status', content: `${status.content}` }], 0, ''],
    ['links that leave', [{ path: 'etc/x', type: 'symlink', linkTarget: '../../../../etc/passwd' }], 0, ''],
    [
      'links that loop',
      [
        { path: 'a', type: 'symlink', linkTarget: 'b' },
        { path: 'b', type: 'symlink', linkTarget: 'a' },
      ],
      0,
      '',
    ],
    ['links that loop to the database', [{ path: 'var', type: 'symlink', linkTarget: 'var' }], 4, 'link-broken'],
    ['a path of 5,000 bytes', [{ path: 'p'.repeat(5000) }], 4, 'limit-reached'],
  ];
  test.each(cases)('%s', async (name, entries, expected, code) => {
    const path = writeImage(folder.path, `hostile ${name}`, [...cleanLayers, entries]);
    const ran = await bounded(['scan', path, ...judged(), '--format', 'json']);
    const { incomplete, packages } = JSON.parse(ran.stdout);
    expect(ran).toMatchObject({ status: expected, stderr: '' });
    if (code) expect(incomplete.map((entry: { code: string }) => entry.code)).toContain(code);
    else expect(packages).toMatchObject([{ name: 'bash' }]);
  });

  test('a plain body of 10 GiB, sparse on disk, is passed over', async () => {
    const path = join(folder.path, 'sparse.tar');
    const rest = tarArchive([osRelease, status]);
    const layerSize = 512 + tenGiB + rest.length;
    const config = JSON.stringify({
      os: 'linux',
      architecture: 'amd64',
      rootfs: { type: 'layers', diff_ids: [sha256(Buffer.from('x'))] },
    });
    const tail = tarArchive([
      { path: 'c.json', content: config },
      { path: 'manifest.json', content: '[{"Config":"c.json","Layers":["layer.tar"]}]' },
    ]);
    const file = openSync(path, 'w');
    writeSync(
      file,
      Buffer.concat([tarHeader({ path: 'layer.tar' }, layerSize), tarHeader({ path: 'big' }, tenGiB)]),
      0,
      1024,
      0,
    );
    writeSync(file, rest, 0, rest.length, 1024 + tenGiB);
    writeSync(file, tail, 0, tail.length, 512 + layerSize);
    closeSync(file);
    truncateSync(path, 512 + layerSize + tail.length);
    const ran = await bounded(['scan', path, ...judged(), '--format', 'json', '--platform', 'linux/amd64']);
    rmSync(path);
    expect(ran.status).toBe(0);
    expect(JSON.parse(ran.stdout).packages).toMatchObject([{ name: 'bash' }]);
  });

  test('a gzip bomb: 4, and what stood before it is listed', async () => {
    const size = 1.5 * 1024 ** 3;
    const head = Buffer.concat([
      tarArchive([osRelease, status], { endMark: false }),
      tarHeader({ path: 'bomb' }, size),
    ]);
    // members of a gzip file follow each other: each of these is 16 MiB of zeros
    const member = gzipSync(Buffer.alloc(16 * 1024 * 1024));
    const blob = Buffer.concat([gzipSync(head), ...new Array<Buffer>(size / 1024 ** 2 / 16).fill(member)]);
    const config = JSON.stringify({
      os: 'linux',
      architecture: 'amd64',
      rootfs: { type: 'layers', diff_ids: [sha256(Buffer.from('never reached'))] },
    });
    const path = join(folder.path, 'bomb.tar');
    const manifest = '[{"Config":"c.json","Layers":["layer.tar.gz"]}]';
    writeFileSync(
      path,
      tarArchive([
        { path: 'c.json', content: config },
        { path: 'layer.tar.gz', content: blob },
        { path: 'manifest.json', content: manifest },
      ]),
    );
    const ran = await bounded(['scan', path, ...judged(), '--format', 'json', '--platform', 'linux/amd64']);
    expect(ran.status).toBe(4);
    const { incomplete, packages } = JSON.parse(ran.stdout);
    expect(incomplete.map((entry: { code: string }) => entry.code)).toContain('limit-reached');
    expect(packages).toMatchObject([{ name: 'bash' }]);
  });
});

describe.concurrent('policy and exceptions files with mistakes: 2, with line, column and the nearest name', () => {
  const rule = (field: string) =>
    `name: x\nrules:\n  - id: a\n    scope: vulnerability\n    when: ${field}\n    action: deny\n    message: m\n`;
  const entry = '- id: CVE-2024-0001\n  reason: r\n  owner: o\n';
  const cases: readonly (readonly [string, string, string, RegExp])[] = [
    ['--policy', 'an unknown field', rule('finding.sevrity == "High"'), /:5:\d+: .*sevrity.*did you mean "severity"\?/],
    [
      '--policy',
      'an unknown key',
      rule('"true"').replace('action', 'acton'),
      /:6:\d+: .*acton.*did you mean "action"\?/,
    ],
    ['--policy', 'an unknown action', rule('"true"').replace('deny', 'denny'), /:6:13: .*denny.*did you mean "deny"\?/],
    [
      '--policy',
      'an unknown scope',
      rule('"true"').replace('vulnerability', 'vulnerabilty'),
      /:4:12: .*did you mean "vulnerability"\?/,
    ],
    ['--policy', 'what cannot be compared', rule('finding.severity > 3'), /:5:\d+: /],
    ['--policy', 'what is no expression', rule('finding.severity == '), /:5:\d+: /],
    ['--policy', 'what is no YAML', 'name: x\nrules: [\n', /:\d+:\d+: /],
    ['--policy', 'nothing', '', /policy/],
    ['--policy', 'no rules', 'name: x\nrules: []\n', /:2:8: a policy without rules would let every image pass/],
    ['--policy', 'bytes that are no text', '\u0000\u0001\u0002', /:\d+:\d+: /],
    ['--exceptions', 'an unknown key', `${entry}  expire: 2027-01-01\n`, /:4:3: .*expire.*did you mean "expires"\?/],
    ['--exceptions', 'no expiry', entry, /:1:\d+: the exception has no "expires"/],
    [
      '--exceptions',
      'a date that is none',
      `${entry}  expires: 2026-02-30\n`,
      /:4:12: "2026-02-30" is no date; write YYYY-MM-DD/,
    ],
    ['--exceptions', 'no list', 'exceptions: x\n', /:1:13: /],
    ['--exceptions', 'what is no YAML', '- id: "x\n', /:\d+:\d+: /],
  ];
  test.each(cases)('%s: %s', async (flag, name, text, message) => {
    const file = `${flag.slice(2)} ${name}.yaml`;
    writeFileSync(join(folder.path, file), text);
    const ran = await bounded(['scan', clean, ...judged(), flag, file]);
    expectRefused(ran, 2, message);
    expect(ran.stderr).toContain(file);
  });

  test('a file of many mistakes names each in a line of its own', async () => {
    writeFileSync(join(folder.path, 'many.yaml'), rule('finding.sevrity == "High"').replace('deny', 'denny'));
    const ran = await bounded(['scan', clean, ...judged(), '--policy', 'many.yaml']);
    expect(ran.status).toBe(2);
    expect(ran.stderr.split('\n').map((line) => line.slice(0, 23))).toEqual([
      'plimsoll: many.yaml:5:1',
      'plimsoll: many.yaml:6:1',
      '',
    ]);
  });

  test('YAML that grows when it is read, and files without end', async () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghij'].map((c, i) => `${c}: &${c} [${`*${'abcdefghi'[i]},`.repeat(9)}]`).join('\n')}\n`;
    writeFileSync(join(folder.path, 'aliases.yaml'), bomb);
    writeFileSync(join(folder.path, 'deep.yaml'), '['.repeat(100_000));
    writeFileSync(join(folder.path, 'large.yaml'), `name: x\n${'# comment\n'.repeat(600_000)}`);
    writeFileSync(join(folder.path, 'dashes.yaml'), '- '.repeat(20_000));
    for (const file of ['aliases.yaml', 'deep.yaml', 'dashes.yaml', 'large.yaml'])
      for (const flag of ['--policy', '--exceptions', '--config']) {
        const ran = await bounded(['scan', clean, ...judged(), flag, file]);
        expect(ran).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(file) });
        expect(ran.stderr).not.toMatch(/internal error|call stack/);
        if (file === 'deep.yaml') expect(ran.stderr).toContain('nested more than');
      }
  });

  test.each([
    ['--policy', 'none.yaml', /the policy none\.yaml cannot be read: no such file or directory/],
    ['--policy', '.', /the policy \. cannot be read: it is a directory/],
    ['--policy', 'deflt', /no file and no pack; did you mean "default"\?/],
    ['--exceptions', 'none.yaml', /the exceptions file none\.yaml cannot be read: no such file or directory/],
    ['--exceptions', '.', /cannot be read: it is a directory/],
    ['--config', 'none.yaml', /the settings file none\.yaml cannot be read: no such file or directory/],
  ])('%s %s', async (flag, value, message) => {
    expectRefused(await bounded(['scan', clean, ...judged(), flag, value]), 2, message);
  });
});

describe.concurrent('command lines with mistakes: 2 and one line', () => {
  test.each([
    [['scan'], /missing required argument 'image'; see plimsoll scan --help/],
    [['scan', ''], /the image is an empty word/],
    [['scan', 'a', 'b'], /too many arguments for 'scan'.*see plimsoll scan --help/],
    [['scna', 'a'], /unknown command 'scna'; did you mean scan\?/],
    [['db', 'stats'], /unknown command 'stats'; did you mean status\?/],
    [['scan', 'a', '--polcy', 'x'], /unknown option '--polcy'; did you mean --policy\?/],
    [['scan', 'a', '--zzz'], /unknown option '--zzz'; see plimsoll scan --help/],
    [['scan', 'a', '--policy'], /option '--policy <pack\|file>' argument missing/],
    [['scan', 'a', '--no-gate=1'], /--no-gate/],
    [['scan', 'a', '--format', 'jsn'], /--format is "jsn"; did you mean "json"\?/],
    [['scan', 'a', '--format', 'json='], /a file name is missing after "="/],
    [['scan', 'a', '--format', 'json', '--format', 'html'], /only one report can go to standard output/],
    [['scan', 'a', '--format', 'json=-', '--format', 'html=-'], /only one report can go to standard output/],
    [['scan', 'a', '--format', 'json=a', '--format', 'html=a'], /a is named twice/],
    [['scan', 'a', '--format', 'json=a', '--format', 'html=./b/../a'], /a is named twice/],
    [['sbom', 'a', '--format', 'table'], /--format is "table"/],
    [['scan', 'a', '--at', '2026-02-30'], /--at is "2026-02-30"; say a date such as 2026-08-22/],
    [['scan', 'a', '--at', 'yesterday'], /--at is "yesterday"; say a date/],
    [['scan', 'a', '--at', '2026-08-22T00:00:00Z'], /--at is /],
    [['scan', 'a', '--max-db-age', '-1'], /--max-db-age is "-1"; say a number of days/],
    [['scan', 'a', '--timeout', '0'], /--timeout is "0"; say a number of seconds/],
    [['scan', 'a', '--fail-on', 'Hihg'], /--fail-on is "Hihg"; did you mean "High"\?/],
    [['scan', 'a', '--severity', ''], /--severity is ""/],
    [['scan', 'a', '--kind', 'vulnerabilty'], /--kind is "vulnerabilty"; did you mean "vulnerability"\?/],
    [['scan', 'a', '--stage', 'prod'], /--stage is "prod"; there are pipeline, registry, admission, runtime/],
    [['scan', 'a', '--platform', 'arm64'], /--platform is "arm64"; say os\/arch/],
    [['scan', 'a', '--mirror', 'ftp://x'], /--mirror is "ftp:\/\/x"; say an http or https URL, or a folder/],
    [['scan', 'a', '--mirror', 'none'], /--mirror is "none", which is no folder/],
    [['scan', 'a', '--catalog', 'none'], /--catalog is "none", which is no folder/],
    [['db', 'build', '--as-of', '1.1.2026'], /--as-of is "1\.1\.2026"; say a date/],
  ] as const)('%j', async (args, message) => {
    expectRefused(await bounded(args), 2, message);
  });

  test.each([
    [[], /^Usage: plimsoll \[options\] \[command\]/],
    [['db'], /^Usage: plimsoll db \[options\] \[command\]/],
  ])('%j shows how it is used', async (args, usage) => {
    const ran = await bounded(args);
    expect(ran).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(usage) });
  });
});

describe.concurrent('no network', () => {
  let closed = '';
  beforeAll(async () => {
    // a port that was free a moment ago and refuses connections
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closed = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await new Promise((resolve) => server.close(resolve));
  });
  const today = new Date().toISOString().slice(0, 10);
  const daysAgo = (days: number): string => new Date(Date.parse(today) - days * 86_400_000).toISOString().slice(0, 10);
  const scan = (dbDir: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    bounded(['scan', clean, '--db-dir', dbDir, '--no-cache', '--format', 'json', ...args], env);

  test.each(['the upstream hosts', 'a mirror', 'a catalog'])(
    'no advisories, and %s cannot be reached: 5, and what to do',
    async (what) => {
      const args = what === 'a mirror' ? ['--mirror', closed] : what === 'a catalog' ? ['--catalog', closed] : [];
      const env = args.length > 0 ? {} : { HTTPS_PROXY: closed, HTTP_PROXY: closed };
      const ran = await scan(join(folder.path, `none ${what}`), args, env);
      expect(ran.status).toBe(5);
      const { verdict, inputs } = JSON.parse(ran.stdout);
      expect(inputs.missing).toEqual(['debian-12', 'eol', 'kev']);
      expect(verdict).toMatchObject({
        result: 'fail',
        reasons: [{ exitCode: 5, message: expect.stringMatching(/plimsoll db (build|update)/) }],
      });
      expect(ran.stderr).toMatch(/ECONNREFUSED/);
      expect(ran.stderr).toMatch(/check the network or proxy, or use a mirror/);
      expect(ran.stderr.split('\n').length).toBeLessThan(10);
    },
  );

  test('advisories of three days ago: it goes on, and notes it', async () => {
    const dbDir = await buildDatabase(join(folder.path, 'three'), { asOf: daysAgo(3) });
    const ran = await scan(dbDir, ['--mirror', closed]);
    expect(ran).toMatchObject({ status: 0, stderr: expect.stringContaining('check the network') });
    expect(await scan(dbDir, ['--mirror', closed, '--quiet'])).toMatchObject({ status: 0, stderr: '' });
  });

  test('advisories of six days ago: 5', async () => {
    const dbDir = await buildDatabase(join(folder.path, 'six'), { asOf: daysAgo(6) });
    const ran = await scan(dbDir, ['--mirror', closed]);
    expect(ran).toMatchObject({ status: 5, stderr: expect.stringContaining('check the network') });
    expect(JSON.parse(ran.stdout).inputs).toMatchObject({ stale: ['debian-12', 'eol', 'kev'], missing: [] });
  });

  test('--offline opens no connection, and reads a mirror that is a folder', async () => {
    const none = join(folder.path, 'offline');
    const ran = await scan(none, ['--offline'], { HTTPS_PROXY: closed });
    expect(ran).toMatchObject({ status: 5, stderr: expect.stringContaining('offline') });
    expect(ran.stderr).not.toContain('ECONNREFUSED');
    const mirror = writeMirror(join(folder.path, 'offline mirror'));
    expect(await scan(none, ['--offline', '--mirror', closed, '--mirror', mirror])).toMatchObject({ status: 0 });
    expect(readdirSync(none)).toContain('catalog.json');
  });

  test('db build from hosts that cannot be reached: 3', async () => {
    const ran = await bounded([
      'db',
      'build',
      '--db-dir',
      join(folder.path, 'nothing'),
      '--mirror',
      closed,
      '--only',
      'kev',
    ]);
    expect(ran).toMatchObject({ status: 3, stderr: expect.stringContaining('check the network or proxy') });
  });
});

describe.concurrent('an SBOM that wants more than it is worth', () => {
  const written = (name: string, components: string): string => {
    const path = join(folder.path, name);
    writeFileSync(path, `{"bomFormat":"CycloneDX","specVersion":"1.6","components":${components}}`);
    return path;
  };

  test.each([
    ['200,000 entries in one component', `[{"components":[${'1,'.repeat(200_000)}1]}]`, 4],
    ['a distro that begins with a digit', '[{"type":"library","purl":"pkg:deb/2x/foo@1?distro=12"}]', 5],
  ])('%s: what was not read or judged is said', async (name, components, status) => {
    const ran = await bounded(['scan', written(`${name}.json`, components), ...judged(), '--format', 'json']);
    expect(ran.stderr).toBe('');
    expect(JSON.parse(ran.stdout).incomplete).not.toEqual([]);
    expect(ran.status).toBe(status);
  });

  test('four million entries that are no components: 3', async () => {
    const file = written('entries.json', `[${'1,'.repeat(4_000_000)}1]`);
    expectRefused(await bounded(['scan', file, ...judged()]), 3, /more than 250000 components/);
  });

  test('in an image it is passed over, and the image is judged', async () => {
    const sbom = `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[${'1,'.repeat(4_000_000)}1]}`;
    const creators = JSON.stringify([`Tool: ${'-1'.repeat(200_000)}\n`]);
    const spdx = `{"spdxVersion":"SPDX-2.3","creationInfo":{"creators":${creators}}}`;
    const sboms = [
      { path: 'a.cdx.json', content: sbom },
      { path: 'b.spdx.json', content: spdx },
    ];
    const withSboms = writeImage(folder.path, 'sboms', [...cleanLayers, sboms]);
    const ran = await bounded(['scan', withSboms, ...judged(), '--format', 'json']);
    const { incomplete, packages } = JSON.parse(ran.stdout);
    expect(incomplete).toEqual([expect.objectContaining({ code: 'application-unread', path: '/a.cdx.json' })]);
    expect(packages.length).toBeGreaterThan(0);
    expect(ran.status).toBe(0);
  });
});
