import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const unified = '/sys/fs/cgroup';
/** where version 1 has the controller mounted */
const first = join(unified, 'memory');
const isFirst = existsSync(join(first, 'memory.limit_in_bytes'));

/** Why no process can be held to an amount of memory here; undefined: one can. */
export const noMemoryLimit = reason();

function reason(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs root on Linux, for a control group';
  const controllers = join(unified, 'cgroup.controllers');
  if (isFirst || (existsSync(controllers) && readFileSync(controllers, 'utf8').includes('memory'))) return undefined;
  return 'needs the memory controller of control groups, mounted at /sys/fs/cgroup';
}

/** Runs a command that gets no more than so much memory, and no swap: one that needs more is killed (137). */
export function withMemory(megabytes: number, command: readonly string[], env: NodeJS.ProcessEnv) {
  const group = join(isFirst ? first : unified, `plimsoll-test-${process.pid}`);
  const bytes = String(megabytes * 1024 * 1024);
  mkdirSync(group);
  try {
    if (isFirst) {
      writeFileSync(join(group, 'memory.limit_in_bytes'), bytes);
      const withSwap = join(group, 'memory.memsw.limit_in_bytes');
      if (existsSync(withSwap)) writeFileSync(withSwap, bytes);
    } else {
      writeFileSync(join(unified, 'cgroup.subtree_control'), '+memory');
      writeFileSync(join(group, 'memory.max'), bytes);
      writeFileSync(join(group, 'memory.swap.max'), '0');
    }
    const enter = 'echo $$ > "$0" && exec "$@"';
    const child = spawnSync('sh', ['-c', enter, join(group, 'cgroup.procs'), ...command], { encoding: 'utf8', env });
    return { status: child.signal === 'SIGKILL' ? 137 : child.status, stderr: child.stderr };
  } finally {
    rmdirSync(group);
  }
}
