import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commentOnRequest } from '../packages/cli/src/job/comment.ts';
import type { ScanResult } from '../packages/engine/src/result/types.ts';
import { foreignTool } from './foreign-tools.ts';
import { osRelease, vulnerableLayers, writeImage } from './images.ts';
import { buildDatabase, confirmedOn } from './mirror.ts';
import { plimsoll, scratchFolder } from './program.ts';

const folder = scratchFolder();
const token = 'glpat-s3cr3t';
let database = '';
let image = '';
let result: ScanResult;
let server: Server;
let api = '';

interface Comment {
  id: number;
  body: string;
  user: { type: string };
}
/** What the servers of GitLab and GitHub keep, and who may change it. */
let comments: Comment[] = [];
let foreign: readonly number[] = [];
const asked: string[] = [];

beforeAll(async () => {
  database = await buildDatabase(folder.path);
  // a path that looks like a command of the runner wherever a line is broken before it
  const odd = { path: 'etc/motd', content: 'x' };
  image = writeImage(folder.path, 'app', [...vulnerableLayers, [osRelease, odd]]);
  await scan({}, ['--format', `json=${join(folder.path, 'result.json')}`]);
  result = JSON.parse(readFileSync(join(folder.path, 'result.json'), 'utf8'));
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    asked.push(`${request.method} ${url.pathname}`);
    const allowed = request.headers['private-token'] === token || request.headers.authorization === `Bearer ${token}`;
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const end = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body));
      const id = Number(/(\d+)$/.exec(url.pathname)?.[1]);
      const known = comments.find((comment) => comment.id === id);
      if (!allowed) end(401, { message: 'no' });
      else if (request.method === 'GET') {
        const from = (Number(url.searchParams.get('page')) - 1) * 100;
        end(200, comments.slice(from, from + 100));
      } else if (request.method === 'POST') {
        comments.push({ id: comments.length + 1, body: JSON.parse(text).body, user: { type: 'Bot' } });
        end(201, {});
      } else if (!known || foreign.includes(id)) end(403, {});
      else {
        known.body = JSON.parse(text).body;
        end(200, {});
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server?.close();
  folder.remove();
});

const scan = (env: Readonly<Record<string, string>>, args: readonly string[] = []) =>
  plimsoll(['scan', image, '--db-dir', database, '--no-update', '--no-cache', '--at', confirmedOn, ...args], { env });
const gitlab = () => ({
  CI_MERGE_REQUEST_IID: '7',
  CI_PROJECT_ID: '42',
  CI_API_V4_URL: `${api}/api/v4`,
  PLIMSOLL_COMMENT_TOKEN: token,
});

describe.concurrent('the log of a job', () => {
  test('GitLab: one screen, then everything in a folded section', async () => {
    const html = join(folder.path, 'report.html');
    const { status, stdout } = await scan({ GITLAB_CI: 'true' }, ['--format', 'table', '--format', `html=${html}`]);
    expect(status).toBe(1);
    const [screen = '', folded = ''] = stdout.split(
      /\x1b\[0Ksection_start:\d+:plimsoll_report\[collapsed=true\]\r\x1b\[0K/,
    );
    expect(screen).toMatch(/^FAIL .*\(exit 1\)\n[\s\S]*\nWhy\n[\s\S]*\nWhat to do\n[\s\S]*\nReports\n {2}html: /);
    expect(screen.split('\n').length).toBeLessThan(32);
    expect(folded).toMatch(/^The whole report\n[\s\S]*FAIL[\s\S]*\x1b\[0Ksection_end:\d+:plimsoll_report\r\x1b\[0K\n$/);
  });

  test('GitHub: annotations, a summary, and no line of the report that is a command', async () => {
    const summary = join(folder.path, 'summary.md');
    writeFileSync(summary, 'of an earlier step\n');
    const { status, stdout, stderr } = await scan({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^::error title=.*::The image is stopped: 1 rule is broken\n::error title=fixable-high::/m);
    expect(readFileSync(summary, 'utf8')).toMatch(/^of an earlier step\n## FAIL: The image is stopped/);
    const blocks = [...stdout.matchAll(/^::stop-commands::(plimsoll-[0-9a-f]{32})\n([\s\S]*?)^::\1::\n/gm)];
    expect(blocks).toHaveLength(2);
    const outside = blocks.reduce((text, [block]) => text.replace(block, ''), stdout);
    expect(outside).toBe('::group::The whole report\n::endgroup::\n');
  });

  test("GitHub: what another tool's command prints is no command either", async () => {
    const env = { GITHUB_ACTIONS: 'true', PLIMSOLL_POLICY: 'default' };
    const ran = await foreignTool('qualys_analysis.sh', ['-I', `file://${image}`], database, { node: '/bin/sh', env });
    expect(ran.status).toBe(1);
    expect(ran.stdout).toMatch(/^::stop-commands::(plimsoll-\w+)\nImage [\s\S]*\nFAIL\n::\1::\n$/);
  });

  test('elsewhere, in a file and where that is asked for the table is as it is', async () => {
    const plain = await scan({});
    expect(plain.stdout).not.toContain('whole report');
    expect((await scan({ GITLAB_CI: 'true' }, ['--job', 'none'])).stdout).toBe(plain.stdout);
    const json = await scan({ GITHUB_ACTIONS: 'true' }, ['--format', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ verdict: { exitCode: 1 } });
    expect((await scan({}, ['--job', 'gitlub'])).stderr).toContain('did you mean "gitlab"');
  });
});

describe('a comment on the merge request', () => {
  const comment = (env: Readonly<Record<string, string>>, of = result) =>
    commentOnRequest(of, env, {}, AbortSignal.timeout(20_000));

  test('is written once and then updated, whatever the tag', async () => {
    comments = Array.from({ length: 150 }, (_, id) => ({ id: id + 1, body: 'talk', user: { type: 'User' } }));
    foreign = [];
    const tagged = (tag: string): ScanResult => ({
      ...result,
      image: { ...result.image, names: [`r.example:5000/app:${tag}`] },
    });
    expect(await comment(gitlab(), tagged('1'))).toBeNull();
    expect(comments).toHaveLength(151);
    expect(await comment(gitlab(), tagged('2'))).toBeNull();
    expect(comments).toHaveLength(151);
    expect(comments[150]?.body).toMatch(/^<!-- plimsoll [0-9a-f]{16} -->\n## FAIL: [\s\S]*r\.example:5000\/app:2/);
    expect(await comment(gitlab(), { ...result, image: { ...result.image, names: ['other:1'] } })).toBeNull();
    expect(comments).toHaveLength(152);
  });

  test("somebody else's comment with our marker is neither ours nor in our way", async () => {
    comments = [];
    await comment(gitlab());
    foreign = [1];
    expect(await comment(gitlab())).toBeNull();
    expect(comments).toHaveLength(2);
    // GitHub lets the job change anybody's
    const github = {
      GITHUB_ACTIONS: 'true',
      GITHUB_REF: 'refs/pull/3/merge',
      GITHUB_REPOSITORY: 'o/r',
      GITHUB_API_URL: api,
    };
    comments = [{ ...comments[0]!, user: { type: 'User' } }];
    foreign = [];
    const planted = comments[0]?.body;
    for (const _ of [1, 2]) expect(await comment({ ...github, GITHUB_TOKEN: token })).toBeNull();
    expect(comments.map(({ user }) => user.type)).toEqual(['User', 'Bot']);
    expect(comments[0]?.body).toBe(planted);
    expect(asked).toContain('PATCH /repos/o/r/issues/comments/2');
  });

  test.each<[string, Record<string, string>, string]>([
    ['no merge request', { CI_MERGE_REQUEST_IID: '' }, 'of no merge request'],
    ['no token', { PLIMSOLL_COMMENT_TOKEN: '' }, 'PLIMSOLL_COMMENT_TOKEN is not set'],
    ['a wrong token', { PLIMSOLL_COMMENT_TOKEN: 'wrong-s3cr3t' }, 'answered by 401'],
    ['a token with a line break', { PLIMSOLL_COMMENT_TOKEN: 'wrong\ns3cr3t' }, 'not written'],
    ['an address that is none', { CI_API_V4_URL: 'x y' }, 'CI_API_V4_URL'],
    ['a project that is none', { CI_PROJECT_ID: '../1' }, 'CI_PROJECT_ID'],
    ['a server without TLS', { CI_API_V4_URL: 'http://gitlab.example.com/api/v4' }, 'without TLS'],
    ['nobody there', { CI_API_V4_URL: 'http://127.0.0.1:1/api/v4' }, 'cannot reach 127.0.0.1:1'],
  ])('%s: one line, and no token in it', async (_, env, message) => {
    const said = await comment({ ...gitlab(), ...env });
    expect(said).toContain(message);
    expect(said).not.toMatch(/s3cr3t|\n/);
  });

  test('the exit code is the verdict’s, with a comment and without', async () => {
    comments = [];
    const commented = await scan(gitlab(), ['--comment']);
    expect(commented).toMatchObject({ status: 1, stderr: '' });
    expect(comments).toHaveLength(1);
    const refused = await scan({ ...gitlab(), PLIMSOLL_COMMENT_TOKEN: 'wrong' }, ['--comment']);
    expect(refused).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^plimsoll: the comment is not written: .*401\n$/),
    });
    expect((await scan(gitlab(), ['--comment', '--offline'])).stderr).toContain('--offline');
  });
});
