import { ImageError } from '../error.ts';

/** Why an engine's folder is not read. Its export is taken instead, and the message said to the user. */
export function unusable(message: string): ImageError {
  return new ImageError('UNREADABLE', message);
}
