import type { ClamdAddress } from '@plimsoll/engine';
import { UsageError } from '../exit.ts';

/** `/run/clamav/clamd.ctl`, `unix:/run/clamav/clamd.ctl`, `clamav.example:3310`, `[::1]:3310` */
export function clamdAddress(given: string | undefined): ClamdAddress | undefined {
  if (given === undefined) return undefined;
  const path = given.replace(/^unix:(?:\/\/)?/, '');
  if (path.includes('/')) return { path };
  const [, name, bracketed, port] = /^(?:([A-Za-z0-9._-]+)|\[([0-9A-Fa-f:.]+)\]):(\d{1,5})$/.exec(given) ?? [];
  const host = name ?? bracketed;
  if (host === undefined || !(Number(port) > 0 && Number(port) < 65536)) {
    throw new UsageError(`--clamd is "${given}"; say a socket such as /run/clamav/clamd.ctl, or host:port`);
  }
  return { host, port: Number(port) };
}
