import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OpenFile, readWhole } from './blob.ts';
import { ImageError } from './error.ts';
import { Fields, parseJson } from './json.ts';
import type { DescribeOptions, Environment } from './types.ts';

/** Where an engine listens. */
export interface EngineAddress {
  /** `unix:///path`, `tcp://host:port`, `http://host:port`, or a socket's path */
  readonly host: string;
  readonly tls: EngineTls | null;
  /** somebody said that it is there: then it is an error when it is not */
  readonly stated: boolean;
}

/** PEM texts; null where there is none. */
export interface EngineTls {
  readonly ca: Buffer | null;
  readonly cert: Buffer | null;
  readonly key: Buffer | null;
}

/** Of a certificate, key or description of a context. */
const maxFileBytes = 1024 * 1024;

/**
 * The Docker engine, found as its own command line finds it: `DOCKER_HOST` (with `DOCKER_TLS_VERIFY` and
 * `DOCKER_CERT_PATH`), else the context of `DOCKER_CONTEXT` or of the settings, else the usual socket.
 *
 * @throws ImageError
 * @see https://docs.docker.com/reference/cli/docker/#environment-variables
 */
export function dockerAddress({ engineHost, environment = {} }: DescribeOptions): EngineAddress {
  const host = engineHost || environment.DOCKER_HOST;
  if (host) {
    return { host, tls: tlsOfEnvironment(environment), stated: true };
  }
  const settings = environment.DOCKER_CONFIG || join(environment.HOME || '/', '.docker');
  const context = environment.DOCKER_CONTEXT || currentContext(settings);
  return context === null || context === 'default'
    ? { host: 'unix:///var/run/docker.sock', tls: tlsOfEnvironment(environment), stated: false }
    : contextAddress(settings, context);
}

function tlsOfEnvironment(environment: Environment): EngineTls | null {
  if (!environment.DOCKER_TLS_VERIFY) {
    if (environment.DOCKER_TLS) {
      throw unverified('DOCKER_TLS without DOCKER_TLS_VERIFY');
    }
    return null;
  }
  return tlsFrom(environment.DOCKER_CERT_PATH || join(environment.HOME || '/', '.docker'));
}

function unverified(what: string): ImageError {
  return new ImageError('UNSUPPORTED', `${what} asks for an engine whose certificate is not verified; that is refused`);
}

function tlsFrom(folder: string): EngineTls {
  const read = (name: string) => (existsSync(join(folder, name)) ? smallFile(join(folder, name)) : null);
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
}

function currentContext(settings: string): string | null {
  const path = join(settings, 'config.json');
  return existsSync(path) ? new Fields(parseJson(smallFile(path), path), path).string('currentContext') || null : null;
}

function contextAddress(settings: string, name: string): EngineAddress {
  const id = createHash('sha256').update(name).digest('hex');
  const path = join(settings, 'contexts', 'meta', id, 'meta.json');
  if (!existsSync(path)) {
    throw new ImageError('ENGINE_UNREACHABLE', `there is no Docker context ${JSON.stringify(name)} (${path})`);
  }
  const endpoint = new Fields(parseJson(smallFile(path), path), path).inner('Endpoints').inner('docker');
  const host = endpoint.string('Host');
  if (host === null) {
    throw new ImageError('ENGINE_UNREACHABLE', `the Docker context ${JSON.stringify(name)} names no engine`);
  }
  if (endpoint.flag('SkipTLSVerify')) {
    throw unverified(`the Docker context ${JSON.stringify(name)}`);
  }
  const keys = join(settings, 'contexts', 'tls', id, 'docker');
  return { host, tls: existsSync(keys) ? tlsFrom(keys) : null, stated: true };
}

/**
 * Podman's service: `CONTAINER_HOST`, else the socket of this user, else that of the system.
 *
 * @see https://docs.podman.io/en/latest/markdown/podman-system-service.1.html
 */
export function podmanAddress({ environment = {} }: DescribeOptions): EngineAddress {
  if (environment.CONTAINER_HOST) {
    return { host: environment.CONTAINER_HOST, tls: null, stated: true };
  }
  const system = '/run/podman/podman.sock';
  const own = environment.XDG_RUNTIME_DIR ? join(environment.XDG_RUNTIME_DIR, 'podman', 'podman.sock') : system;
  return { host: `unix://${existsSync(own) ? own : system}`, tls: null, stated: false };
}

/** Where containerd listens, and which of its namespaces is meant. */
export interface ContainerdAddress {
  readonly socket: string;
  readonly namespace: string;
  readonly stated: boolean;
}

/**
 * `CONTAINERD_ADDRESS` and `CONTAINERD_NAMESPACE`, as `ctr` reads them.
 *
 * @throws ImageError `UNSUPPORTED` for what is no socket of this machine
 */
export function containerdAddress({ environment = {} }: DescribeOptions): ContainerdAddress {
  const stated = environment.CONTAINERD_ADDRESS;
  const socket = (stated || '/run/containerd/containerd.sock').replace(/^unix:\/\//, '');
  const namespace = environment.CONTAINERD_NAMESPACE || 'default';
  if (!socket.startsWith('/')) {
    throw new ImageError('UNSUPPORTED', `${socket}: containerd is reached by its socket alone`);
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,75}$/.test(namespace)) {
    throw new ImageError('NOT_FOUND', `${JSON.stringify(namespace)} is no namespace of containerd`);
  }
  return { socket, namespace, stated: Boolean(stated) };
}

function smallFile(path: string): Buffer {
  const file = new OpenFile(path);
  try {
    return readWhole({ file, start: 0, size: file.size }, maxFileBytes, path);
  } finally {
    file.close();
  }
}
