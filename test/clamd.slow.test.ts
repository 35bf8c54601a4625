import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScanResult } from '../packages/engine/src/result/types.ts';
import { clamdScan } from '../packages/engine/src/scan/malware/clamd-client.ts';
import { type Clamd, eicar, noClamd, startClamd, startFakeDaemon, streamMaxLength } from './clamd.ts';
import { cleanLayers, writeImage } from './images.ts';
import { buildDatabase, confirmedOn } from './mirror.ts';
import { plimsoll, scratchFolder } from './program.ts';

const folder = scratchFolder();
let database = '';
let clean = '';

beforeAll(async () => {
  database = await buildDatabase(folder.path);
  clean = writeImage(folder.path, 'clean', cleanLayers);
});
afterAll(folder.remove);

async function scan(image: string, clamd: string, ...args: string[]) {
  const fixed = ['--db-dir', database, '--no-update', '--no-cache', '--at', confirmedOn, '--format', 'json'];
  const { status, stdout, stderr } = await plimsoll(['scan', image, ...fixed, '--clamd', clamd, ...args]);
  return { status, stderr, stdout, result: stdout === '' ? null : (JSON.parse(stdout) as ScanResult) };
}

const unscanned = (result: ScanResult | null) =>
  result?.incomplete.filter(({ code }) => code === 'malware-scan-incomplete') ?? [];

describe.skipIf(noClamd)(`files streamed to a real clamd${noClamd ? ` (skipped: ${noClamd})` : ''}`, () => {
  let clamd: Clamd;
  beforeAll(async () => {
    if (!noClamd) clamd = await startClamd(folder.path);
  });
  afterAll(() => clamd?.stop());

  it('lets a clean image through, and says by what it was judged', async () => {
    const { status, result } = await scan(clean, clamd.socket, '--offline');
    expect(status).toBe(0);
    expect(result?.inputs.malware).toEqual({ engine: expect.stringMatching(/^ClamAV \d/), signatures: null });
    expect(result?.verdict.inputs).toContain('malware');
    expect(unscanned(result)).toEqual([]);
  });

  it('finds the infected file where a container sees it, and denies it', async () => {
    const image = writeImage(folder.path, 'infected', [
      ...cleanLayers,
      [
        { path: 'opt/app/eicar.com', content: eicar },
        { path: 'opt/app/again.com', type: 'hardlink', linkTarget: 'opt/app/eicar.com' },
        { path: 'opt/gone.com', content: `${eicar}` },
      ],
      [{ path: 'opt/.wh.gone.com' }],
    ]);
    const { status, result } = await scan(image, `unix:${clamd.socket}`);
    expect(status).toBe(1);
    const found = result?.findings.filter(({ kind }) => kind === 'malware') ?? [];
    expect(found.map(({ evidence }) => evidence.path).sort()).toEqual(['/opt/app/again.com', '/opt/gone.com']);
    const seen = found.filter(({ evidence }) => evidence.path === '/opt/app/again.com');
    expect(seen[0]).toMatchObject({
      id: 'Eicar-Test-Signature.UNOFFICIAL',
      severity: 'Critical',
      package: null,
      evidence: { path: '/opt/app/again.com', layer: result?.image.layers.at(-2)?.diffId },
    });
    expect(result?.verdict.rules.find(({ id }) => id === 'infected-file')).toMatchObject({
      message: ['/opt/app/again.com', '/opt/gone.com']
        .map((path) => `${path} is infected (Eicar-Test-Signature.UNOFFICIAL)`)
        .join('; '),
      findings: found.map(({ key }) => key).sort(),
    });
    expect(result?.verdict.rules.map(({ id }) => id)).not.toContain('malicious-package');
  });

  it('reads a root file system as well, and shows the file in the table', async () => {
    const root = join(folder.path, 'root');
    mkdirSync(root, { recursive: true });
    writeFileSync(join(root, 'eicar.com'), eicar);
    const { stdout } = await plimsoll(
      ['scan', `rootfs:${root}`, '--db-dir', database, '--no-update', '--no-cache', '--clamd', clamd.socket],
      {},
    );
    expect(stdout).toMatch(/Critical\s+Eicar-Test-Signature\.UNOFFICIAL\s+\/eicar\.com is infected/);
  });

  it('names the file that the daemon finds too large, and does not open the gate', async () => {
    const large = { path: 'opt/large.bin', content: Buffer.alloc(3 * streamMaxLength, 'x') };
    const { status, result } = await scan(writeImage(folder.path, 'refused', [...cleanLayers, [large]]), clamd.socket);
    expect(status).toBe(4);
    expect(unscanned(result).map(({ path }) => path)).toEqual(['/opt/large.bin']);
  });
});

it('names files that are too large to be sent', async () => {
  const daemon = await startFakeDaemon((socket) => socket.end('stream: OK\0'));
  const large = { path: 'opt/large.bin', content: Buffer.alloc(25 * 1024 * 1024 + 1) };
  const image = writeImage(folder.path, 'large', [...cleanLayers, [large]]);
  const { status, result } = await scan(image, daemon.address, '--offline');
  await daemon.stop();
  expect(status).toBe(4);
  expect(result?.inputs.malware).toEqual({ engine: 'ClamAV 9.9.9', signatures: '12345/Sat Aug 22 08:00:00 2026' });
  expect(unscanned(result)).toMatchObject([{ path: '/opt/large.bin', message: expect.stringContaining('26214400') }]);
});

it.each([
  ['closes the connection', (socket: { destroy(): unknown }) => socket.destroy(), 'closed the connection'],
  ['answers with an error', (socket: { end(text: string): unknown }) => socket.end('no memory. ERROR\0'), 'no memory'],
  [
    'answers without end',
    (socket: { write(text: string): unknown }) => socket.write('x'.repeat(10_000)),
    'answers without end',
  ],
])('a daemon that %s leaves every file named, and closes the gate', async (_, onStream, says) => {
  const daemon = await startFakeDaemon(onStream);
  const { status, result } = await scan(clean, daemon.address);
  await daemon.stop();
  expect(status).toBe(4);
  const entries = unscanned(result);
  expect(entries.length).toBeGreaterThan(0);
  expect(entries[0]?.message).toContain(says);
  expect(result?.findings.filter(({ kind }) => kind === 'malware')).toEqual([]);
});

it('names a hundred files at most, and counts the rest', async () => {
  const daemon = await startFakeDaemon((socket) => socket.destroy());
  const many = Array.from({ length: 150 }, (_, i) => ({ path: `opt/${i}`, content: 'x' }));
  const { result } = await scan(writeImage(folder.path, 'many', [many]), daemon.address);
  await daemon.stop();
  expect(unscanned(result).filter(({ path }) => path)).toHaveLength(100);
  expect(unscanned(result).map(({ message }) => message)).toContain('50 more files were not scanned for malware');
});

it('gives up on a daemon that hangs, at its own time-out and at that of the run', async () => {
  const daemon = await startFakeDaemon(() => {});
  const address = { host: '127.0.0.1', port: daemon.port };
  await expect(clamdScan(Buffer.from('x'), { address, timeoutMs: 50 })).rejects.toThrow('did not answer within 0.05 s');
  const { status, stderr } = await scan(clean, daemon.address, '--timeout', '3');
  await daemon.stop();
  expect(status).toBe(3);
  expect(stderr).toMatch(/timeout|3 s/i);
});

it.each([
  [
    'a socket that is not there',
    '/nowhere/clamd.sock',
    [],
    3,
    'clamd at /nowhere/clamd.sock cannot be reached: no such socket',
  ],
  ['a port that nobody listens on', '127.0.0.1:1', [], 3, 'clamd at 127.0.0.1:1 cannot be reached: connection refused'],
  [
    'another machine when offline',
    'clamav.example:3310',
    ['--offline'],
    3,
    'clamd at clamav.example:3310 is not asked: offline',
  ],
  [
    'what is no address',
    'clamd',
    [],
    2,
    '--clamd is "clamd"; say a socket such as /run/clamav/clamd.ctl, or host:port',
  ],
])('%s ends the scan with one line', async (_, address, args, code, line) => {
  const { status, stderr, stdout } = await scan(clean, address, ...args);
  expect({ status, stdout }).toEqual({ status: code, stdout: '' });
  expect(stderr.trim()).toBe(`plimsoll: ${line}`);
});

it('says of an SBOM that it has no files to scan', async () => {
  const sbom = join(folder.path, 'clean.cdx.json');
  await plimsoll(['sbom', clean, '--no-cache', '--format', `cyclonedx=${sbom}`]);
  const { status, result } = await scan(`sbom:${sbom}`, '/nowhere/clamd.sock');
  expect(status).toBe(4);
  expect(result?.inputs.malware).toBeUndefined();
  expect(unscanned(result)).toHaveLength(1);
});
