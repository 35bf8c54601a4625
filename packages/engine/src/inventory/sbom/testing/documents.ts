/** What tests of this room read made documents with. */
import type { Inventory } from '../../types.ts';
import { SbomDocument } from '../sbom-document.ts';

export function read(text: string | Buffer): Inventory {
  const document = new SbomDocument('the SBOM');
  document.push(Buffer.from(text));
  return document.end().inventory;
}

export const cyclonedx = (members: object): string =>
  JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, ...members });

export const component = (purl: string, more: object = {}) => ({ type: 'library', name: 'x', purl, ...more });

export const rows = ({ packages }: Inventory) =>
  packages.map(({ type, name, version, source, arch, locations }) =>
    [`${type} ${name} ${version}`, source && `${source.name} ${source.version}`, arch, locations[0]?.path]
      .filter(Boolean)
      .join(' | '),
  );

export const codes = ({ incomplete }: Inventory) => incomplete.map(({ code, message }) => `${code}: ${message}`);
