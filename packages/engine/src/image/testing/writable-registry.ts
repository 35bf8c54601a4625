import type { IncomingMessage, ServerResponse } from 'node:http';
import { serve } from './fake-registry.ts';
import { sha256 } from './image-builder.ts';

/** A request as it came, with its whole body. */
export interface Written {
  readonly method: string;
  /** `/v2/…`, with its query */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface WritableRegistry {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly blobs: Map<string, Buffer>;
  /** by `REPOSITORY@TAG` and `REPOSITORY@sha256:…` */
  readonly manifests: Map<string, { readonly bytes: Buffer; readonly type: string }>;
  readonly asked: Written[];
}

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** Answers a request itself and says so, or lets the registry do it. */
export type Interference = (
  request: Written,
  response: ServerResponse,
  registry: WritableRegistry,
) => boolean | undefined;

/** A registry in memory that takes what is pushed, over plain HTTP on this machine; blobs are shared by mounting alone. */
export async function writableRegistry(interfere: Interference = () => false): Promise<WritableRegistry> {
  const uploads = new Map<string, Buffer>();
  const asked: Written[] = [];
  let begun = 0;

  function answer(request: Written): Reply {
    const url = new URL(request.path, 'http://x');
    const [, repository = '', kind = '', name = ''] =
      /^\/v2\/(.+?)\/(blobs\/uploads|blobs|manifests|referrers)\/(.*)$/.exec(url.pathname) ?? [];
    const { method, body } = request;
    if (kind === 'blobs/uploads') {
      const digest = url.searchParams.get('digest');
      if (method === 'POST') {
        const mounted = registry.blobs.get(`${url.searchParams.get('from')}@${url.searchParams.get('mount')}`);
        if (mounted !== undefined) {
          registry.blobs.set(`${repository}@${url.searchParams.get('mount')}`, mounted);
          return { status: 201 };
        }
        begun += 1;
        uploads.set(String(begun), Buffer.alloc(0));
        return { status: 202, headers: { location: `/v2/${repository}/blobs/uploads/${begun}?state=1` } };
      }
      const have = uploads.get(name);
      if (have === undefined) return { status: 404 };
      const now = Buffer.concat([have, body]);
      const range = { range: `0-${Math.max(0, now.length - 1)}`, location: request.path };
      if (method === 'GET') return { status: 204, headers: range };
      const from = /^([0-9]+)-/.exec(request.headers['content-range'] ?? '')?.[1];
      if (from !== undefined && Number(from) !== have.length) return { status: 416 };
      uploads.set(name, now);
      if (method === 'PATCH') return { status: 202, headers: range };
      if (digest !== sha256(now)) return { status: 400 };
      registry.blobs.set(`${repository}@${digest}`, now);
      return { status: 201 };
    }
    if (kind === 'blobs') {
      const blob = registry.blobs.get(`${repository}@${name}`);
      return blob === undefined ? { status: 404 } : { status: 200, body: blob };
    }
    if (kind === 'manifests' && method === 'PUT') {
      const type = request.headers['content-type'] ?? '';
      for (const key of [name, sha256(body)]) registry.manifests.set(`${repository}@${key}`, { bytes: body, type });
      return { status: 201, headers: { 'docker-content-digest': sha256(body) } };
    }
    const found = kind === 'manifests' ? registry.manifests.get(`${repository}@${name}`) : undefined;
    return found === undefined
      ? { status: 404 }
      : { status: 200, headers: { 'content-type': found.type }, body: found.bytes };
  }

  const { host } = await serve((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const written = { method, path, headers, body: Buffer.concat(pieces) };
      asked.push(written);
      if (interfere(written, response, registry)) return;
      const { status, headers: head = {}, body } = answer(written);
      response.writeHead(status, { ...head, ...(body && { 'content-length': body.length }) }).end(body);
    });
  });
  const registry: WritableRegistry = { host, blobs: new Map(), manifests: new Map(), asked };
  return registry;
}
