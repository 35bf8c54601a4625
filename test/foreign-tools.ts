import { join } from 'node:path';
import { fakeEngine } from '../packages/engine/src/image/testing/fake-engine.ts';
import { type FixtureEntry, fixtureImage } from '../packages/engine/src/image/testing/image-builder.ts';
import { confirmedOn } from './mirror.ts';
import { launcher, type Outcome, plimsoll, type RunOptions } from './program.ts';

/** An engine that has one image of these layers under this name. */
export async function engineWith(
  folder: string,
  name: string,
  layers: readonly (readonly FixtureEntry[] | Buffer)[],
): Promise<{ readonly host: string; readonly id: string; close(): Promise<void> }> {
  const image = { ...fixtureImage({ layers, config: { User: 'app' } }), names: [name] };
  const engine = await fakeEngine(folder, { image });
  const { sha256 } = await import('../packages/engine/src/image/testing/image-builder.ts');
  return { host: engine.unix, id: sha256(image.config), close: engine.close };
}

/** Runs what is installed under the name of another tool, with advisories of the tests' own. */
export function foreignTool(
  bin: string,
  args: readonly string[],
  database: string,
  { env, ...options }: RunOptions = {},
): Promise<Outcome> {
  return plimsoll(args, {
    ...options,
    launcher: join(launcher, '..', bin),
    env: {
      PLIMSOLL_DB_DIR: database,
      PLIMSOLL_AT: confirmedOn,
      PLIMSOLL_NO_UPDATE: 'true',
      PLIMSOLL_NO_CACHE: 'true',
      ...env,
    },
  });
}
