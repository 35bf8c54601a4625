/** The only error that leaves this room, which the room of registries has in common with it. */
export { asImageError, ImageError, type ImageErrorCode, throwIfAborted } from '../registry/error.ts';
