import type { ImageConfig } from '../../image/types.ts';
import type { DockerfileLine, Incomplete } from '../types.ts';
import type { FactGatherer } from './gatherer.ts';

/** The Dockerfile as far as the history tells it: an image does not keep comments, flags, other stages and what FROM named. */
export const dockerfileFacts: FactGatherer<'dockerfile'> = {
  name: 'dockerfile',
  version: 1,
  gather: ({ config, analyses, layerId }) => {
    if (config === null) return { facts: [] };
    return dockerfileOf(config, analyses.length, layerId);
  },
};

/**
 * The lines of a configuration, whose secrets are masked.
 *
 * @param layers how many the image has
 */
export function dockerfileOf(
  config: ImageConfig,
  layers: number,
  layerId: (index: number) => string | null,
): { readonly facts: readonly DockerfileLine[]; readonly incomplete: readonly Incomplete[] } {
  const facts = dockerfileLines(config, layers, layerId);
  const incomplete = toldByHistory(config) === layers ? [] : [unknownHistory(config, layers)];
  return { facts, incomplete };
}

/** What a Dockerfile may consist of. */
const keywords: ReadonlySet<string> = new Set([
  'ADD',
  'ARG',
  'CMD',
  'COPY',
  'ENTRYPOINT',
  'ENV',
  'EXPOSE',
  'FROM',
  'HEALTHCHECK',
  'LABEL',
  'MAINTAINER',
  'ONBUILD',
  'RUN',
  'SHELL',
  'STOPSIGNAL',
  'USER',
  'VOLUME',
  'WORKDIR',
]);

/**
 * The lines of a history, oldest first, whichever builder wrote it.
 *
 * @param layers how many the image has; unless the history tells of as many, no line says which is its own
 */
function dockerfileLines(
  config: ImageConfig,
  layers: number,
  layerId: (index: number) => string | null,
): readonly DockerfileLine[] {
  const told = toldByHistory(config) === layers;
  let layer = 0;
  let shell = '';
  return config.history.map(({ instruction: written, created, emptyLayer }) => {
    const { instruction, text } = asWritten(written ?? '', shell);
    if (instruction === 'SHELL') shell = shellOf(text);
    const id = told && !emptyLayer ? layerId(layer) : null;
    if (!emptyLayer) layer += 1;
    return { instruction, text, layer: id, created, base: null };
  });
}

function toldByHistory({ history }: ImageConfig): number {
  return history.filter(({ emptyLayer }) => !emptyLayer).length;
}

function unknownHistory(config: ImageConfig, layers: number): Incomplete {
  const message = `the history tells of ${toldByHistory(config)} layers, the image has ${layers}: not all of its Dockerfile is known`;
  return { code: 'history-incomplete', message };
}

/** @param shell what the last SHELL instruction put before commands, with a space at its end; '' where there was none */
function asWritten(entry: string, shell: string): Pick<DockerfileLine, 'instruction' | 'text'> {
  const [, word = ''] = /^([A-Za-z]{2,11})(?:\s|$)/.exec(entry) ?? [];
  const keyword = word.toUpperCase();
  if (keyword === 'RUN') return { instruction: 'RUN', text: `RUN ${withoutShell(entry.slice(3).trimStart(), shell)}` };
  if (keywords.has(keyword)) return { instruction: keyword, text: `${keyword}${entry.slice(word.length)}` };
  const runs = entry.startsWith('/') || (shell !== '' && entry.startsWith(shell));
  return runs ? { instruction: 'RUN', text: `RUN ${withoutShell(entry, shell)}` } : { instruction: null, text: entry };
}

function withoutShell(command: string, shell: string): string {
  return shell !== '' && command.startsWith(shell) ? command.slice(shell.length) : command;
}

/** `SHELL [/bin/bash -o pipefail -c]` of Docker, `SHELL ["/bin/bash", "-c"]` of others. */
function shellOf(text: string): string {
  const listed = text.slice('SHELL'.length).trim();
  try {
    const words: unknown = JSON.parse(listed);
    if (Array.isArray(words)) return `${words.join(' ')} `;
  } catch {
    // Docker's own form is no JSON
  }
  return listed.startsWith('[') && listed.endsWith(']') ? `${listed.slice(1, -1)} ` : '';
}
