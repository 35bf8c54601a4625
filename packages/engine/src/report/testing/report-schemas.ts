/** The published schemas of report formats, where the shared test material is at hand. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { shared } from '../../../../../test/shared.ts';

const files = {
  sarif: 'specs/sarif/sarif-schema-2.1.0.json',
  gitlab: 'specs/gitlab/container-scanning-report-format-15.0.7.json',
} as const;

/** Says in words what is wrong with a document, or undefined without the material. */
export function reportValidator(name: keyof typeof files): ((document: unknown) => string) | undefined {
  const file = shared(files[name]);
  if (file === undefined) return undefined;
  const { $schema: _, id: __, ...schema } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  return (document) => (validate(document) ? '' : JSON.stringify(validate.errors, null, 1).slice(0, 4000));
}

const xmllint = spawnSync('xmllint', ['--version']).status === 0;

export const needsXmllint = 'needs xmllint (Debian: libxml2-utils) and the shared test material';

/** The same for XML by one of the schemas of `specs/junit`; undefined without the material or xmllint. */
export function xmlValidator(file: 'junit-10.xsd' | 'JUnit-ant.xsd'): ((text: string) => string) | undefined {
  const schema = shared(`specs/junit/${file}`);
  if (schema === undefined || !xmllint) return undefined;
  return (text) => {
    const { status, stderr } = spawnSync('xmllint', ['--noout', '--huge', '--schema', schema, '-'], { input: text });
    return status === 0 ? '' : stderr.toString().slice(0, 4000);
  };
}
