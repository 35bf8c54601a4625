import type { SquashedView } from '../../image/squash.ts';
import type { ImageConfig } from '../../image/types.ts';
import type { ProgramFact } from '../types.ts';
import type { FactGatherer } from './gatherer.ts';

const kinds: readonly (readonly [kind: ProgramFact['kind'], name: RegExp])[] = [
  [
    'package-manager',
    /^(?:apt|apt-get|aptitude|dpkg|rpm|yum|dnf|dnf-3|dnf5|microdnf|tdnf|zypper|apk|pacman|opkg|emerge|xbps-install|nix|nix-env|snap|flatpak|brew|pip[23]?(?:\.\d{1,2})?|pipx|uv|conda|mamba|micromamba|npm|pnpm|yarn|gem|composer|cargo|luarocks|cpan)$/,
  ],
  ['shell', /^(?:sh|bash|rbash|dash|ash|zsh|r?ksh(?:93)?|[lm]ksh|mksh-static|fish|t?csh|busybox|toybox|yash|pwsh|nu)$/],
];

/** Where distros look for programs, whatever PATH says. */
const usualFolders = ['bin', 'sbin', 'usr/bin', 'usr/sbin', 'usr/local/bin', 'usr/local/sbin'];
const executable = 0o111;

/**
 * Package managers and shells of the squashed view, by name, in the usual folders and those of PATH. A link is one where it leads
 * to a file; a file that is empty, or that nobody may execute, is none.
 */
export const programFacts: FactGatherer<'programs'> = {
  name: 'programs',
  version: 1,
  gather({ config, view, layerId }) {
    const facts: ProgramFact[] = [];
    for (const folder of programFolders(config, view)) {
      for (const { path, layer } of view.children(folder)) {
        const name = path.slice(path.lastIndexOf('/') + 1);
        const kind = kinds.find(([, names]) => names.test(name))?.[0];
        if (kind === undefined || !canRun(view, path)) continue;
        facts.push({ kind, name, path: `/${path}`, layer: layerId(layer) });
      }
    }
    return { facts: facts.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)) };
  },
};

/** Real paths: where `/bin` leads to `/usr/bin` it is that one alone. */
function programFolders(config: ImageConfig | null, view: SquashedView): ReadonlySet<string> {
  const variable = config?.env.findLast((each) => each.startsWith('PATH=')) ?? '';
  const listed = variable.slice('PATH='.length).split(':');
  const folders = new Set<string>();
  for (const path of new Set([...usualFolders, ...listed.filter((each) => each.startsWith('/'))])) {
    const found = view.resolve(path);
    if ('node' in found && found.node.entry.type === 'directory') folders.add(found.node.path);
  }
  return folders;
}

function canRun(view: SquashedView, path: string): boolean {
  const found = view.resolve(path);
  if (!('node' in found)) return false;
  const { type, mode, size } = found.node.entry;
  return (type === 'file' || type === 'hardlink') && (mode & executable) !== 0 && size > 0;
}
