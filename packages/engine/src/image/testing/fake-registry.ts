import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';
import { sha256 } from './image-builder.ts';

/** What a registry was asked. */
export interface AskedFor {
  readonly method: string;
  /** `/v2/…`, with its query */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** Answers a request itself and says so, or lets the registry do it. */
export type Intercept = (request: IncomingMessage, response: ServerResponse, body: Buffer) => boolean | undefined;

export interface FakeRegistry {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** what is served, by path below `/v2/REPOSITORY/`: `manifests/TAG`, `blobs/sha256:…` */
  readonly contents: Map<string, { readonly bytes: Buffer; readonly type: string }>;
  readonly asked: AskedFor[];
  /** body bytes that were sent of blobs */
  sent: number;
  close(): Promise<void>;
}

export interface FakeRegistryOptions {
  /** files of an OCI layout; its index.json is what the tag names */
  readonly files: ReadonlyMap<string, Buffer>;
  /** default `app` */
  readonly repository?: string;
  /** default `1` */
  readonly tag?: string;
  readonly intercept?: Intercept;
  /** default 127.0.0.1 */
  readonly address?: string;
}

/** A server on a port of its own, closed when the tests of the file are over. */
export async function serve(
  listener: RequestListener,
  address = '127.0.0.1',
): Promise<{ readonly host: string; close(): Promise<void> }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  let closing: Promise<void> | undefined;
  const close = () => {
    server.closeAllConnections();
    closing ??= new Promise((resolve) => server.close(() => resolve()));
    return closing;
  };
  afterAll(close);
  return { host: `${address}:${(server.address() as AddressInfo).port}`, close };
}

/** The content of a registry that has what an OCI layout has. */
export function registryContents(files: ReadonlyMap<string, Buffer>, tag = '1'): FakeRegistry['contents'] {
  const contents: FakeRegistry['contents'] = new Map();
  const index = files.get('index.json')!;
  const { manifests } = JSON.parse(index.toString()) as { manifests: { digest: string; mediaType: string }[] };
  const only = manifests.length === 1 ? manifests[0] : undefined;
  const top = only ? files.get(`blobs/${only.digest.replace(':', '/')}`)! : index;
  contents.set(`manifests/${tag}`, { bytes: top, type: mediaTypeOf(top) ?? '' });
  for (const bytes of [index, ...files.values()]) {
    const type = mediaTypeOf(bytes);
    contents.set(`blobs/${sha256(bytes)}`, { bytes, type: 'application/octet-stream' });
    if (type !== undefined) {
      contents.set(`manifests/${sha256(bytes)}`, { bytes, type });
    }
  }
  return contents;
}

function mediaTypeOf(bytes: Buffer): string | undefined {
  return bytes[0] === 0x7b ? (JSON.parse(bytes.toString()) as { mediaType?: string }).mediaType : undefined;
}

/** A registry with one image, over plain HTTP on this machine. */
export async function fakeRegistry(options: FakeRegistryOptions): Promise<FakeRegistry> {
  const { files, repository = 'app', tag = '1', intercept = () => false, address } = options;
  const contents = registryContents(files, tag);
  const asked: AskedFor[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? '';
    asked.push({ method: request.method ?? '', path, headers: request.headers });
    const found = contents.get(path.replace(`/v2/${repository}/`, ''));
    if (intercept(request, response, found?.bytes ?? Buffer.alloc(0))) {
      return;
    }
    if (found === undefined) {
      const errors = [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }];
      response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify({ errors }));
      return;
    }
    const start = Number(/^bytes=([0-9]+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const range = { 'content-range': `bytes ${start}-${found.bytes.length - 1}/${found.bytes.length}` };
    const body = found.bytes.subarray(start);
    registry.sent += path.includes('/blobs/') ? body.length : 0;
    response.writeHead(start > 0 ? 206 : 200, {
      'content-type': found.type,
      'content-length': body.length,
      ...(start > 0 ? range : {}),
    });
    response.end(body);
  };
  const server = await serve(answer, address);
  const registry: FakeRegistry = { ...server, contents, asked, sent: 0 };
  return registry;
}
