// Makes the inputs of the benchmark, by recipe (roots.mjs): a minimal Debian root, and an application of four layers. Each as
// docker-archive with plain layers, as OCI archive with gzip and with zstd layers. Kept in the folder for the next run.
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
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip, createZstdCompress } from 'node:zlib';
import { applicationRoot, minimalRoot, snapshot } from './roots.mjs';

const tarOptions = ['--sort=name', '--mtime=@0', '--numeric-owner'];

/**
 * Image → kind → path, made when they are not there yet, and the unpacked application.
 */
export async function makeInputs(folder) {
  const kinds = { docker: 'docker.tar', gzip: 'oci-gzip.tar', zstd: 'oci-zstd.tar' };
  const pathsOf = (image) =>
    Object.fromEntries(Object.entries(kinds).map(([kind, end]) => [kind, join(folder, `${image}.${end}`)]));
  const inputs = { slim: pathsOf('slim'), shop: pathsOf('shop') };
  const roots = { slim: join(folder, 'slim'), shop: join(folder, 'shop') };
  const missing = Object.values(inputs)
    .flatMap((paths) => Object.values(paths))
    .some((path) => !existsSync(path));
  if (!missing) return { ...inputs, roots };
  mkdirSync(folder, { recursive: true });
  const work = join(folder, 'work');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work);
  const slim = minimalRoot(folder);
  const base = { path: join(work, '0.tar'), instruction: 'debootstrap --variant=minbase bookworm' };
  execFileSync('tar', ['-C', slim, ...tarOptions, '-cf', base.path, '.']);
  await writeArchives(work, inputs.slim, 'bench/slim:1', [base]);
  const layers = [base];
  await applicationRoot(folder, slim, (instruction, at, before) => {
    const path = join(work, `${layers.length}.tar`);
    writeLayer(path, at, before);
    layers.push({ path, instruction });
  });
  await writeArchives(work, inputs.shop, 'bench/shop:1', layers);
  rmSync(work, { recursive: true });
  return { ...inputs, roots };
}

/** What changed since the snapshot, and whiteouts for what is gone. */
function writeLayer(path, root, before) {
  const after = snapshot(root);
  const changed = [...after].filter(([name, time]) => before.get(name) !== time).map(([name]) => name);
  const gone = [...before.keys()].filter(
    (name) => !after.has(name) && (dirname(name) === '.' || after.has(dirname(name))),
  );
  const whiteouts = `${path}.whiteouts`;
  mkdirSync(whiteouts);
  for (const name of gone) {
    const folder = join(whiteouts, dirname(name));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `.wh.${name.slice(name.lastIndexOf('/') + 1)}`), '');
  }
  const list = `${path}.list`;
  writeFileSync(list, changed.map((name) => `./${name}\0`).join(''));
  execFileSync('tar', ['-C', root, ...tarOptions, '--no-recursion', '--null', '--files-from', list, '-cf', path]);
  if (gone.length > 0) execFileSync('tar', ['-C', whiteouts, ...tarOptions, '-rf', path, '.']);
}

async function writeArchives(work, paths, name, layers) {
  const diffIds = [];
  for (const { path } of layers) diffIds.push(await sha256(path));
  const config = JSON.stringify({
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { Cmd: ['bash'], User: 'www-data', Healthcheck: { Test: ['NONE'] } },
    rootfs: { type: 'layers', diff_ids: diffIds.map((id) => `sha256:${id}`) },
    history: layers.map(({ instruction }) => ({ created_by: instruction })),
  });
  const configDigest = createHash('sha256').update(config).digest('hex');
  writeFileSync(join(work, `${configDigest}.json`), config);
  const members = layers.map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
  const manifest = [{ Config: `${configDigest}.json`, RepoTags: [name], Layers: members }];
  writeFileSync(join(work, 'manifest.json'), JSON.stringify(manifest));
  const order = [`${configDigest}.json`, ...members, 'manifest.json'];
  execFileSync('tar', ['-C', work, '-cf', `${paths.docker}.part`, ...order]);
  renameSync(`${paths.docker}.part`, paths.docker);
  await writeOci(work, paths.gzip, config, layers, 'gzip', () => createGzip({ level: 6 }));
  await writeOci(work, paths.zstd, config, layers, 'zstd', () => createZstdCompress());
}

async function writeOci(work, path, config, layers, compression, compressor) {
  const blobs = join(work, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const described = async (mediaType, file) => {
    const digest = await sha256(file);
    renameSync(file, join(blobs, digest));
    return { mediaType, digest: `sha256:${digest}`, size: statSync(join(blobs, digest)).size };
  };
  const written = (mediaType, text) => {
    writeFileSync(join(work, 'document'), text);
    return described(mediaType, join(work, 'document'));
  };
  const descriptors = [];
  for (const layer of layers) {
    const blob = `${layer.path}.blob`;
    await pipeline(createReadStream(layer.path, { highWaterMark: 2 ** 20 }), compressor(), createWriteStream(blob));
    descriptors.push(await described(`application/vnd.oci.image.layer.v1.tar+${compression}`, blob));
  }
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const described0 = await written('application/vnd.oci.image.config.v1+json', config);
  const manifest = { schemaVersion: 2, mediaType, config: described0, layers: descriptors };
  const descriptor = await written(mediaType, JSON.stringify(manifest));
  writeFileSync(join(work, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(work, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [descriptor] }));
  execFileSync('tar', ['-C', work, '-cf', `${path}.part`, 'oci-layout', 'index.json', 'blobs']);
  renameSync(`${path}.part`, path);
  rmSync(join(work, 'blobs'), { recursive: true });
}

async function sha256(path) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk);
  return hash.digest('hex');
}
