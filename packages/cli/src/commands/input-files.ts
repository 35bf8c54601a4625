import { archivePath } from '@plimsoll/engine';
import { list } from '../values.ts';

const inputOptions = ['policy', 'exceptions', 'vex', 'template'];

/**
 * Files that a report must not replace: the image, and what it is judged by. A baseline and a stored result may be: they are
 * results, which may be brought up to date.
 */
export function inputFiles(reference: string | null, options: Record<string, unknown>): readonly string[] {
  const image = reference === null ? null : archivePath(reference.replace(/^sbom:/, ''));
  return [...(image === null ? [] : [image]), ...inputOptions.flatMap((name) => list(options, name))];
}
