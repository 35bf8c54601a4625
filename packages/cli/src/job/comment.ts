import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { callApi, formats, type RegistryOptions, type ScanResult } from '@plimsoll/engine';

/** Comments that are looked through for an earlier one of ours. */
const pages = 10;
const perPage = 100;

interface Place {
  /** of the list of comments, and where a new one is posted */
  readonly comments: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly update: 'PUT' | 'PATCH';
  one(id: number): URL;
  /** whether a comment can be one of ours */
  isOurs(comment: Readonly<Record<string, unknown>>): boolean;
}

/**
 * Writes the verdict as a comment on the merge request (GitLab) or pull request (GitHub) of the job; an earlier one about the
 * same image is updated. Whatever goes wrong is told and changes no verdict.
 */
export async function commentOnRequest(
  result: ScanResult,
  env: NodeJS.ProcessEnv,
  given: RegistryOptions,
  signal: AbortSignal,
): Promise<string | null> {
  const place = await placeOf(env);
  if (typeof place === 'string') return place;
  const options = { ...given, ca: [...(given.ca ?? []), ...(await authorityOfServer(place, env))] };
  const markdown = formats.find(({ name }) => name === 'markdown')!;
  const text = markdown.render(result, { columns: 100, color: false, unicode: true, show: { onlyFixed: false } });
  const marker = markerOf(result);
  const body = JSON.stringify({ body: `${marker}\n${typeof text === 'string' ? text : [...text].join('')}` });
  const send = (method: 'POST' | 'PUT' | 'PATCH', url: URL) =>
    callApi(url, { method, headers: { ...place.headers, 'content-type': 'application/json' }, body, signal }, options);
  try {
    for (const id of await earlier(place, marker, options, signal)) {
      const { status } = await send(place.update, place.one(id));
      if (status < 300) return null;
      // somebody else's comment that holds our marker
      if (status !== 403 && status !== 404) return refused(status);
    }
    const { status } = await send('POST', place.comments);
    return status < 300 ? null : refused(status);
  } catch (error) {
    return `the comment is not written: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
  }
}

function refused(status: number): string {
  const why = status === 401 || status === 403 ? '; may the token write comments?' : '';
  return `the comment is not written: the server answers ${status}${why}`;
}

/** The same for every tag of an image. */
function markerOf({ image }: ScanResult): string {
  const name = (image.names[0] ?? image.reference).replace(/@sha256:.*$/, '').replace(/:[^:/]*$/, '');
  return `<!-- plimsoll ${createHash('sha256').update(name).digest('hex').slice(0, 16)} -->`;
}

/** Ids of comments of ours, first to last. */
async function earlier(place: Place, marker: string, options: RegistryOptions, signal: AbortSignal): Promise<number[]> {
  const found: number[] = [];
  for (let page = 1; page <= pages; page++) {
    const url = new URL(place.comments);
    url.searchParams.set('per_page', String(perPage));
    url.searchParams.set('page', String(page));
    const { status, body } = await callApi(url, { headers: place.headers, signal }, options);
    if (status >= 300) throw new Error(`the list of comments is answered by ${status}`);
    const list: unknown = JSON.parse(body);
    if (!Array.isArray(list)) throw new Error('the list of comments is none');
    for (const comment of list as Record<string, unknown>[]) {
      const isMarked = typeof comment?.body === 'string' && comment.body.startsWith(marker);
      if (isMarked && Number.isSafeInteger(comment.id) && place.isOurs(comment)) found.push(comment.id as number);
    }
    if (list.length < perPage) break;
  }
  return found;
}

/** Where the comment belongs, or why there is none. */
async function placeOf(env: NodeJS.ProcessEnv): Promise<Place | string> {
  if (env.CI_MERGE_REQUEST_IID) return gitlab(env);
  const number = await pullRequest(env);
  if (number !== undefined) return github(env, number);
  return 'no comment is written: this job is of no merge request';
}

/** GitLab's runner names the authority that it trusts for its server. A file that is gone changes nothing: TLS then says so. */
async function authorityOfServer({ update }: Place, env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  if (update !== 'PUT' || !env.CI_SERVER_TLS_CA_FILE) return [];
  return readFile(env.CI_SERVER_TLS_CA_FILE, 'utf8').then(
    (text) => [text],
    () => [],
  );
}

function gitlab(env: NodeJS.ProcessEnv): Place | string {
  const token = env.PLIMSOLL_COMMENT_TOKEN || env.GITLAB_TOKEN;
  const { CI_API_V4_URL: api = '', CI_PROJECT_ID: project = '', CI_MERGE_REQUEST_IID: request = '' } = env;
  if (!token) return 'no comment is written: PLIMSOLL_COMMENT_TOKEN is not set (an access token with the scope api)';
  if (!URL.canParse(api) || !/^\d+$/.test(project) || !/^\d+$/.test(request))
    return 'no comment is written: CI_API_V4_URL, CI_PROJECT_ID or CI_MERGE_REQUEST_IID is wrong';
  const notes = `${api}/projects/${project}/merge_requests/${request}/notes`;
  return {
    comments: new URL(notes),
    headers: { 'private-token': headerValue(token) },
    update: 'PUT',
    one: (id) => new URL(`${notes}/${id}`),
    isOurs: ({ system }) => system !== true,
  };
}

function github(env: NodeJS.ProcessEnv, number: number): Place | string {
  const own = env.PLIMSOLL_COMMENT_TOKEN;
  const token = own || env.GITHUB_TOKEN;
  const { GITHUB_API_URL: api = 'https://api.github.com', GITHUB_REPOSITORY: repository = '' } = env;
  if (!token) return 'no comment is written: neither GITHUB_TOKEN nor PLIMSOLL_COMMENT_TOKEN is set';
  if (!URL.canParse(api) || !/^[\w.-]+\/[\w.-]+$/.test(repository))
    return 'no comment is written: GITHUB_API_URL or GITHUB_REPOSITORY is wrong';
  return {
    comments: new URL(`${api}/repos/${repository}/issues/${number}/comments`),
    headers: {
      authorization: `Bearer ${headerValue(token)}`,
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
    },
    update: 'PATCH',
    one: (id) => new URL(`${api}/repos/${repository}/issues/comments/${id}`),
    // the token of a job may change anybody's: a person's comment that only looks like ours would speak for us afterwards
    isOurs: ({ user }) => Boolean(own) || (user as { type?: unknown } | undefined)?.type === 'Bot',
  };
}

/** What a variable that was read from a file ends with. */
function headerValue(token: string): string {
  return token.trim();
}

/** A few events name the pull request in their payload, all of them in the ref. */
async function pullRequest({
  GITHUB_REF,
  GITHUB_EVENT_PATH,
  GITHUB_ACTIONS,
}: NodeJS.ProcessEnv): Promise<number | undefined> {
  if (GITHUB_ACTIONS !== 'true') return undefined;
  const [, ofRef] = /^refs\/pull\/(\d{1,15})\//.exec(GITHUB_REF ?? '') ?? [];
  if (ofRef !== undefined) return Number(ofRef);
  if (!GITHUB_EVENT_PATH) return undefined;
  try {
    const event = JSON.parse(await readFile(GITHUB_EVENT_PATH, 'utf8'));
    const number: unknown = event?.pull_request?.number;
    return Number.isSafeInteger(number) ? (number as number) : undefined;
  } catch {
    return undefined;
  }
}
