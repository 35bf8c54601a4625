import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { dockerArchive, type FixtureImage, sha256 } from './image-builder.ts';

export interface FakeEngineOptions {
  readonly image: FixtureImage;
  /** under which names it is found; default: its names, its ID, and the first 12 digits of that */
  readonly names?: readonly string[];
  /** instead of the archive */
  readonly onExport?: (response: ServerResponse, archive: Buffer) => void;
  /** how it says that it keeps layers */
  readonly graphDriver?: unknown;
  /** instead of the description */
  readonly onInspect?: (response: ServerResponse) => void;
}

export interface FakeEngine {
  /** `unix://…` and `tcp://…`: what `DOCKER_HOST` would be */
  readonly unix: string;
  readonly tcp: string;
  /** paths that were asked for */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** A Docker engine that knows one image: just the two requests that reading needs. */
export async function fakeEngine(directory: string, options: FakeEngineOptions): Promise<FakeEngine> {
  const { image } = options;
  const id = sha256(image.config);
  const archive = dockerArchive({ ...image, names: [] });
  const names = options.names ?? [...image.names, id, id.slice(7, 19), id.slice(7)];
  const requests: string[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const path = decodeURIComponent(request.url ?? '');
    requests.push(path);
    const [, name = '', action] = /^\/images\/(.+)\/(json|get)$/.exec(path) ?? [];
    if (!names.includes(name)) {
      response.writeHead(404).end(JSON.stringify({ message: `No such image: ${name}` }));
    } else if (action === 'get') {
      (options.onExport ?? ((to, bytes) => to.end(bytes)))(response, archive);
    } else if (options.onInspect !== undefined) {
      options.onInspect(response);
    } else {
      const [Os, Architecture, Variant] = image.platform.split('/');
      const RootFS = { Type: 'layers', Layers: image.layers.map(sha256) };
      const GraphDriver = options.graphDriver;
      const platform = { Os, Architecture, Variant };
      response.end(
        JSON.stringify({ Id: id, RepoTags: image.names, ...platform, Size: archive.length, RootFS, GraphDriver }),
      );
    }
  };
  const servers = [createServer(answer), createServer(answer)] as const;
  const socket = join(directory, `engine-${process.hrtime.bigint()}.sock`);
  await new Promise<void>((resolve) => servers[0].listen(socket, resolve));
  await new Promise<void>((resolve) => servers[1].listen(0, '127.0.0.1', resolve));
  return {
    unix: `unix://${socket}`,
    tcp: `tcp://127.0.0.1:${(servers[1].address() as AddressInfo).port}`,
    requests,
    async close() {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}
