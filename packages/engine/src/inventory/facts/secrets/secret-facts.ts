import { entriesOf } from '../../../image/entry-table.ts';
import type { LayerAnalysis } from '../../layer-analysis.ts';
import type { Incomplete, SecretFact } from '../../types.ts';
import type { FactContext, FactGatherer } from '../gatherer.ts';
import { asText, beginsAsText, detectSecrets } from './detect-secrets.ts';
import { secretKinds } from './kinds.ts';
import { isReadForSecrets, maxSecretFileBytes } from './secret-paths.ts';

/** What is kept of a file: never a secret itself. */
interface FileSecrets {
  readonly found: readonly {
    readonly kind: string;
    readonly line: number;
    readonly masked: string;
    readonly example: boolean;
  }[];
  /** it was not searched to its end */
  readonly cut: boolean;
}

const kinds = new Map(secretKinds.map((kind) => [kind.id, kind]));

/** Files of every layer, deleted later or not, and the image's configuration. Archives are not opened. */
export const secretFacts: FactGatherer<'secrets'> = {
  name: 'secrets',
  version: 5,
  bodies: {
    wants: isReadForSecrets,
    begins: (_path, beginning) => beginsAsText(beginning),
    maxBytes: maxSecretFileBytes,
    read(path, body, size) {
      const text = asText(body);
      if (text === null) return null;
      const detected = detectSecrets(text, path);
      const { found } = detected;
      const cut = detected.cut || size > body.length;
      if (found.length === 0 && !cut) return null;
      const facts: FileSecrets = {
        found: found.map(({ kind, line, masked, example }) => ({ kind: kind.id, line, masked, example })),
        cut,
      };
      return { facts, damage: null };
    },
  },
  gather(context) {
    const inFiles = context.analyses.flatMap((analysis, layer) => ofLayer(analysis, layer, context));
    return {
      facts: [...inFiles.flatMap(({ secrets }) => secrets).sort(byPlace), ...context.configSecrets],
      incomplete: inFiles.flatMap(({ cut }) => cut),
    };
  },
};

interface Found {
  readonly secrets: readonly SecretFact[];
  readonly cut: readonly Incomplete[];
}

function ofLayer({ listing, parsed }: LayerAnalysis, layer: number, context: FactContext): readonly Found[] {
  const files = parsed.get('secrets');
  if (files === undefined) return [];
  const names = new Map<string, string[]>([...files.keys()].map((path) => [path, [path]]));
  // each name of a file is a place of its own: deleting one leaves the others
  for (const { path, linkTarget } of entriesOf(listing, 'hardlink')) {
    if (linkTarget !== null) names.get(linkTarget)?.push(path);
  }
  return [...files].flatMap(([path, { facts, damage }]) =>
    names.get(path)!.map((name) => {
      if (damage === null) return ofFile(name, facts as FileSecrets, layer, context);
      return { secrets: [], cut: [unread(damage.message, `/${name}`, context.layerId(layer))] };
    }),
  );
}

function ofFile(name: string, { found, cut }: FileSecrets, layer: number, { view, layerId }: FactContext): Found {
  const path = `/${name}`;
  const deleted = view.lstat(view.realPath(name) ?? name)?.layer !== layer;
  const id = layerId(layer);
  const message = `the file was not searched to its end (at most ${maxSecretFileBytes} bytes and 100 secrets of one are): ${found.length} secrets were found before`;
  return {
    secrets: found.map(({ kind, line, masked, example }) => {
      const { title, severity } = kinds.get(kind)!;
      return { kind, title, severity: example ? 'Low' : severity, path, line, layer: id, masked, deleted, example };
    }),
    cut: cut ? [unread(message, path, id)] : [],
  };
}

function unread(message: string, path: string, layer: string | null): Incomplete {
  return { code: 'secrets-unread', message, path, ...(layer === null ? {} : { layer }) };
}

/** By path; the same path of several layers stays in their order. */
function byPlace(a: SecretFact, b: SecretFact): number {
  const [left, right] = [a.path ?? '', b.path ?? ''];
  return left < right ? -1 : left > right ? 1 : 0;
}
