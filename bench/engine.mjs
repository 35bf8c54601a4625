// A Docker engine of the benchmark's own with the large image, squashed into one layer: what reading by way of the engine on
// the same host costs.
import { execFileSync } from 'node:child_process';
import { noDockerEngine, startDockerEngine } from '../test/docker-engine.ts';

/** Why there is none, or undefined. */
export const noEngine = noDockerEngine;

const image = 'bench/shop:1';
/** Without them the image has the 2 GB that the aim is about. */
const leftOut = ['./usr/lib/llvm*', './usr/share'];

/** @param root unpacked */
export async function engineWith(root) {
  const { host, stop } = await startDockerEngine();
  try {
    const excluded = leftOut.map((pattern) => `--exclude='${pattern}'`).join(' ');
    const script = `tar -C "$1" ${excluded} -cf - . | docker import - ${image}`;
    execFileSync('sh', ['-c', script, 'sh', root], { env: { ...process.env, DOCKER_HOST: host } });
    return { host, image, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
