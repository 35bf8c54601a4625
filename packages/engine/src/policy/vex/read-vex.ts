import { PolicyError } from '../error.ts';
import { isObject } from '../foreign/foreign-json.ts';
import { isCsaf, readCsaf } from './csaf-vex.ts';
import { isCycloneDx, readCycloneDx } from './cyclonedx-vex.ts';
import { isOpenVex, readOpenVex } from './open-vex.ts';
import { VexReader } from './vex-reader.ts';
import type { VexFile } from './vex-statement.ts';

const formats = [
  ['openvex', isOpenVex, readOpenVex],
  ['csaf', isCsaf, readCsaf],
  ['cyclonedx', isCycloneDx, readCycloneDx],
] as const;

/**
 * Reads a VEX document: OpenVEX, CSAF or CycloneDX, in JSON.
 *
 * @param source the path of the file
 * @throws PolicyError `VEX_INVALID` with everything that is wrong
 */
export function readVex(text: string, source: string): VexFile {
  let root: unknown;
  try {
    root = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new PolicyError('VEX_INVALID', [
      `${source}: this is no JSON; say a VEX document (OpenVEX, CSAF or CycloneDX)`,
    ]);
  }
  const known = isObject(root) ? formats.find(([, fits]) => fits(root)) : undefined;
  if (known === undefined)
    throw new PolicyError('VEX_INVALID', [`${source}: this is no OpenVEX, CSAF or CycloneDX document`]);
  const [format, , read] = known;
  const reader = new VexReader(source);
  const statements = read(root as Readonly<Record<string, unknown>>, reader);
  reader.finish();
  return { source, format, statements };
}
