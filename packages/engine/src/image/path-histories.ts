import { type NodeStore, nowhere } from './node-store.ts';
import type { PathFilter } from './types.ts';

export interface PathEvent {
  readonly layer: number;
  readonly event: 'added' | 'removed';
}

type Event = PathEvent['event'];

/** Which paths have a history. */
export interface TrackOptions {
  /** Real paths whose history is kept. Default: none, so that memory stays small. */
  readonly track?: ((path: string) => boolean) | undefined;
  /** A first look at what `track` is asked: what it says no to is not tracked. */
  readonly mayTrack?: PathFilter | undefined;
}

/** A directory by its path, with what the filter says of it, for the files in it. */
export interface NotedDirectory {
  readonly path: string;
  readonly flags: number;
}

/** What layers did to the files that are tracked, while they are applied one over the other. */
export class PathHistories {
  readonly #store: NodeStore;
  readonly #track: TrackOptions['track'];
  readonly #mayTrack: PathFilter | undefined;
  readonly #events = new Map<string, PathEvent[]>();
  /** of the layer that is applied: the history of a file to which nothing else happened, as to nearly all; they share it */
  #alone = historiesOf(0);
  /** sorted when first asked for */
  #paths: readonly string[] | undefined;

  constructor(store: NodeStore, { track, mayTrack }: TrackOptions) {
    this.#store = store;
    this.#track = track;
    this.#mayTrack = mayTrack;
  }

  /** What is noted from now on this layer did. */
  begin(layer: number): void {
    this.#alone = historiesOf(layer);
  }

  directory(path: string): NotedDirectory {
    return { path, flags: this.#mayTrack?.directory(path) ?? 0 };
  }

  /** Notes an event of a file, or of all files below a directory. @param within the directory that the node is in */
  note(node: number, within: NotedDirectory, event: Event): void {
    if (this.#track === undefined) {
      return;
    }
    const store = this.#store;
    if (!store.isDirectory(node)) {
      this.#noteFile(node, within, event);
      return;
    }
    const left = [node];
    const paths = [pathIn(within.path, store.name(node))];
    for (let at = left.pop(); at !== undefined; at = left.pop()) {
      const directory = this.directory(paths.pop()!);
      for (let child = store.firstChild(at); child !== nowhere; child = store.nextChild(child, at)) {
        if (store.isDirectory(child)) {
          left.push(child);
          paths.push(pathIn(directory.path, store.name(child)));
        } else {
          this.#noteFile(child, directory, event);
        }
      }
    }
  }

  /** The same of a node that is about to go. */
  noteRemoved(node: number): void {
    if (this.#track !== undefined) {
      const path = this.#store.path(node);
      this.note(node, this.directory(path.slice(0, Math.max(path.lastIndexOf('/'), 0))), 'removed');
    }
  }

  #noteFile(node: number, { path: directory, flags }: NotedDirectory, event: Event): void {
    if (this.#mayTrack !== undefined && !this.#mayTrack.name(this.#store.nameOf(node), flags)) {
      return;
    }
    const path = pathIn(directory, this.#store.name(node));
    if (!this.#track!(path)) {
      return;
    }
    const events = this.#events.get(path);
    const alone = this.#alone[event];
    if (events === undefined) {
      this.#events.set(path, alone);
    } else if (events.length === 1) {
      this.#events.set(path, [...events, ...alone]);
    } else {
      events.push(...alone);
    }
  }

  /** Whether a file at or below this node is tracked; where nothing is, whether there is one. */
  concern(node: number): boolean {
    const store = this.#store;
    const left = [node];
    for (let at = left.pop(); at !== undefined; at = left.pop()) {
      if (!store.isDirectory(at)) {
        if (this.#track === undefined || this.#track(store.path(at))) {
          return true;
        }
        continue;
      }
      for (let child = store.firstChild(at); child !== nowhere; child = store.nextChild(child, at)) {
        left.push(child);
      }
    }
    return false;
  }

  of(path: string): readonly PathEvent[] {
    return this.#events.get(path) ?? [];
  }

  /** Of all files that have a history, sorted: also of those that are gone. */
  paths(): readonly string[] {
    this.#paths ??= [...this.#events.keys()].sort();
    return this.#paths;
  }
}

function historiesOf(layer: number): Readonly<Record<Event, PathEvent[]>> {
  return { added: [{ layer, event: 'added' }], removed: [{ layer, event: 'removed' }] };
}

function pathIn(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}
