import { ImageError } from '../error.ts';
import { askOne } from './ask.ts';
import { type GrpcClient, GrpcFailure } from './grpc.ts';
import { bytesFields, decodeMessage, encodeMessage, type Message, textField } from './protobuf.ts';

/** What an image name of containerd leads to. */
export interface NamedImage {
  /** `docker.io/library/app:1`, or `sha256:ID` as Kubernetes names images, too */
  readonly name: string;
  /** of its manifest or index */
  readonly digest: string;
}

const digestForm = /^sha256:[0-9a-f]{64}$/;
const idForm = /^(?:sha256:)?([0-9a-f]{12,64})$/;

/** The names that one namespace of containerd has for images. */
export class NamedImages {
  readonly #grpc: GrpcClient;
  readonly #shown: string;

  constructor(grpc: GrpcClient, shown: string) {
    this.#grpc = grpc;
    this.#shown = shown;
  }

  /** The first of these names that is there. @throws ImageError */
  async byName(names: readonly string[], signal: AbortSignal | undefined): Promise<NamedImage | null> {
    for (const name of names) {
      const request = encodeMessage({ 1: name });
      try {
        const answer = await askOne(
          this.#grpc,
          'containerd.services.images.v1.Images/Get',
          request,
          this.#shown,
          signal,
        );
        return { name, digest: this.#imageOf(bytesFields(answer, 1).at(-1) ?? Buffer.alloc(0)).digest };
      } catch (error) {
        if (!(error instanceof GrpcFailure)) throw error;
      }
    }
    return null;
  }

  /**
   * An image of which not the name is given but what it leads to, under the first of the names that it has in a repository.
   *
   * @param repository `docker.io/library/app`
   * @throws ImageError
   */
  async byDigest(repository: string, digest: string, signal: AbortSignal | undefined): Promise<NamedImage | null> {
    const found = await this.#list(`target.digest==${digest}`, signal);
    return found.find(({ name }) => name.replace(/(?:@|:)[^/]*$/, '') === repository) ?? null;
  }

  /**
   * @param id of the config, by which Kubernetes names images, or of what a name leads to, as `nerdctl` shows it; its first 12
   * digits are enough
   * @throws ImageError `AMBIGUOUS`
   */
  async byId(id: string, signal: AbortSignal | undefined): Promise<NamedImage | null> {
    const digits = idForm.exec(id)?.[1];
    if (digits === undefined) return null;
    for (const field of ['name', 'target.digest']) {
      const [one, ...others] = await this.#list(`${field}~=^sha256:${digits}`, signal);
      if (one === undefined) continue;
      if (others.some(({ digest }) => digest !== one.digest)) {
        throw new ImageError('AMBIGUOUS', `${this.#shown} has several images ${id}; give more digits`);
      }
      const named = await this.#list(`target.digest==${one.digest}`, signal);
      return named.find(({ name }) => !digestForm.test(name)) ?? one;
    }
    return null;
  }

  /** @see https://github.com/containerd/containerd/blob/v1.6.20/filters/filter.go */
  async #list(filter: string, signal: AbortSignal | undefined): Promise<readonly NamedImage[]> {
    const request = encodeMessage({ 1: filter });
    const answer = await askOne(this.#grpc, 'containerd.services.images.v1.Images/List', request, this.#shown, signal);
    const images = bytesFields(answer, 1).map((image) => this.#imageOf(image));
    return images.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  #imageOf(bytes: Buffer): NamedImage {
    const what = `the answer of ${this.#shown}`;
    const image: Message = decodeMessage(bytes, what);
    const target = decodeMessage(bytesFields(image, 3).at(-1) ?? Buffer.alloc(0), what);
    const digest = textField(target, 2);
    if (!digestForm.test(digest)) {
      throw new ImageError('CORRUPT', `${what}: the image has no sha256 digest`);
    }
    return { name: textField(image, 1), digest };
  }
}
