import type { DescribeContext, ReadContext } from '../read-layers.ts';
import type { OpenImage, ReadImage } from '../types.ts';

export type ImageUse<R> = (image: OpenImage) => R | Promise<R>;

/** A kind of place that images come from. Each is one file here, and one line in the list of read-image.ts. */
export interface ImageSource {
  /** what stands before the colon of a reference: `docker-archive` */
  readonly prefix: string;
  /** knows images by their ID, also by its first 12 digits */
  readonly hasIds?: boolean;
  /**
   * @param target the reference without its prefix
   * @throws ImageError
   */
  read<T>(target: string, context: ReadContext<T>): Promise<ReadImage<T>>;
  /**
   * Says what the image is without reading a layer, and is open while it is used. Absent where there are no layers to tell.
   *
   * @throws ImageError
   */
  describe?<R>(target: string, context: DescribeContext, use: ImageUse<R>): Promise<R>;
}
