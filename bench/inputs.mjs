// Makes the inputs of the benchmark, by recipe: a minimal Debian root (debootstrap, about 200 MB) as docker-archive with a
// plain layer and as OCI archive with a gzip layer. Needs root, debootstrap and tar; kept in the folder for the next run.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** Paths of the inputs, made when they are not there yet. */
export async function makeInputs(folder) {
  const [docker, oci, root] = ['slim.docker.tar', 'slim.oci-gzip.tar', 'slim'].map((name) => join(folder, name));
  if (existsSync(docker) && existsSync(oci)) return { docker, oci };
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(root, 'var/lib/dpkg/status')))
    execFileSync('debootstrap', ['--variant=minbase', 'bookworm', root], { stdio: ['ignore', 'ignore', 'inherit'] });
  const work = join(folder, 'work');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work);
  const layer = join(work, 'layer.tar');
  execFileSync('tar', ['-C', root, '--sort=name', '--mtime=@0', '--numeric-owner', '-cf', layer, '.']);
  const diffId = await sha256(layer);
  const config = JSON.stringify({
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { Cmd: ['bash'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${diffId}`] },
    history: [{ created_by: 'debootstrap --variant=minbase bookworm' }],
  });
  const configDigest = createHash('sha256').update(config).digest('hex');
  writeFileSync(join(work, `${configDigest}.json`), config);
  writeFileSync(
    join(work, 'manifest.json'),
    JSON.stringify([{ Config: `${configDigest}.json`, RepoTags: ['bench/slim:1'], Layers: ['layer.tar'] }]),
  );
  execFileSync('tar', ['-C', work, '-cf', `${docker}.part`, `${configDigest}.json`, 'layer.tar', 'manifest.json']);
  renameSync(`${docker}.part`, docker);

  const blobs = join(work, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const blob = join(work, 'layer.tar.gz');
  await pipeline(createReadStream(layer), createGzip({ level: 6 }), createWriteStream(blob));
  const blobDigest = await sha256(blob);
  renameSync(blob, join(blobs, blobDigest));
  writeFileSync(join(blobs, configDigest), config);
  const size = (digest) => statSync(join(blobs, digest)).size;
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: `sha256:${configDigest}`,
      size: size(configDigest),
    },
    layers: [
      {
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
        digest: `sha256:${blobDigest}`,
        size: size(blobDigest),
      },
    ],
  });
  const manifestDigest = createHash('sha256').update(manifest).digest('hex');
  writeFileSync(join(blobs, manifestDigest), manifest);
  writeFileSync(join(work, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const descriptor = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: `sha256:${manifestDigest}`,
    size: size(manifestDigest),
  };
  writeFileSync(join(work, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [descriptor] }));
  execFileSync('tar', ['-C', work, '-cf', `${oci}.part`, 'oci-layout', 'index.json', 'blobs']);
  renameSync(`${oci}.part`, oci);
  rmSync(work, { recursive: true });
  return { docker, oci };
}

async function sha256(path) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk);
  return hash.digest('hex');
}

/** Offset and size of the largest member of an uncompressed tar: the layer, for the raw limits. */
export function largestMember(path) {
  const list = execFileSync('tar', ['-tvRf', path], { encoding: 'utf8' }).split('\n');
  const members = list
    .map((line) => /^block (\d+): \S+ \S+ +(\d+)/.exec(line))
    .filter(Boolean)
    .map(([, block, size]) => ({ offset: (Number(block) + 1) * 512, size: Number(size) }));
  return members.sort((a, b) => b.size - a.size)[0];
}
