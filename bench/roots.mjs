// The file systems that the benchmark's images are made of, by recipe: Debian's packages through debootstrap and apt in a
// chroot, npm's through npm. Needs root, debootstrap, npm, zip and unzip.
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const quiet = { stdio: ['ignore', 'ignore', 'inherit'] };

/** About 90 packages, 200 MB, 6,800 entries. */
export function minimalRoot(folder) {
  const root = join(folder, 'slim');
  if (existsSync(root)) return root;
  execFileSync('debootstrap', ['--variant=minbase', 'bookworm', `${root}.part`], quiet);
  renameSync(`${root}.part`, root);
  return root;
}

const debianPackages = [
  'openjdk-17-jdk-headless',
  'postgresql',
  'ruby-full',
  'rails',
  'php',
  'php-mysql',
  'php-xml',
  'php-gd',
  'composer',
  'nginx',
  'tomcat10',
  'maven',
  'libspring-web-java',
  'libhibernate-validator-java',
  'python3-scipy',
  'python3-pandas',
  'python3-django',
  'python3-matplotlib',
  'python3-setuptools-whl',
  'python3-pip-whl',
  'python3-wheel-whl',
  'build-essential',
  'cmake',
  'golang-go',
  'clang',
  'git',
  'imagemagick',
  'ffmpeg',
  'emacs-nox',
  'skopeo',
];

const npmPackages = [
  '@mui/icons-material@5.15.0',
  '@mui/material@5.15.0',
  'react@18.2.0',
  'react-dom@18.2.0',
  'express@4.17.1',
  'lodash@4.17.20',
  'minimist@1.2.5',
  'webpack@5.76.0',
  'webpack-dev-server@4.11.1',
  'eslint@8.36.0',
  'jest@29.5.0',
  'date-fns@2.29.3',
  'rxjs@7.8.0',
  'typescript@5.0.2',
  'axios@0.21.1',
  'mongoose@6.10.0',
  'socket.io@4.6.1',
  '@babel/preset-env@7.20.2',
  '@esbuild/linux-x64@0.17.19',
];

/**
 * The application, one layer for each step: Debian's packages, what an application brings with it, what is removed again.
 * `done(name, base)` is called after each: what differs between the two trees is the layer.
 */
export async function applicationRoot(folder, slim, done) {
  const root = join(folder, 'shop');
  rmSync(root, { recursive: true, force: true });
  execFileSync('cp', ['-a', slim, root]);
  let before = snapshot(root);
  const step = async (name, make) => {
    make(root);
    await done(name, root, before);
    before = snapshot(root);
  };
  await step('apt-get install', installDebian);
  await step('COPY . /srv/shop', (at) => installApplication(at, folder));
  await step('rm', (at) => {
    for (const path of ['usr/share/doc/git', 'srv/shop/node_modules/lodash/fp', 'etc/motd', 'usr/share/info'])
      rmSync(join(at, path), { recursive: true, force: true });
    writeFileSync(join(at, 'etc/shop-release'), 'shop 1\n');
  });
  return root;
}

/** Services do not start, and what is mounted goes with the namespace. */
function inChroot(root, script) {
  const args = [
    '--mount',
    '--pid',
    '--fork',
    `--mount-proc=${join(root, 'proc')}`,
    'chroot',
    root,
    'sh',
    '-ec',
    script,
  ];
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  execFileSync('unshare', args, { ...quiet, env });
}

function installDebian(root) {
  writeFileSync(join(root, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  copyFileSync('/etc/resolv.conf', join(root, 'etc/resolv.conf'));
  // nothing is lost that matters if the machine stops: each package would wait for the disk
  const options = '-y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io';
  const install = `apt-get install ${options} ${debianPackages.join(' ')}`;
  inChroot(root, `apt-get update; ${install}; apt-get clean; rm -rf /var/lib/apt/lists/* /usr/sbin/policy-rc.d`);
}

function installApplication(root, folder) {
  const app = join(root, 'srv/shop');
  mkdirSync(app, { recursive: true });
  writeFileSync(join(app, 'package.json'), '{"name":"shop","version":"1.0.0","private":true}\n');
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--legacy-peer-deps', ...npmPackages];
  execFileSync('npm', install, {
    ...quiet,
    cwd: app,
    env: { ...process.env, npm_config_cache: join(folder, 'npm-cache') },
  });
  copyFileSync(join(app, 'node_modules/@esbuild/linux-x64/bin/esbuild'), join(root, 'usr/local/bin/esbuild'));
  const packages = join(app, 'venv/lib/python3.11/site-packages');
  mkdirSync(packages, { recursive: true });
  const wheels = join(root, 'usr/share/python-wheels');
  for (const wheel of readdirSync(wheels)) execFileSync('unzip', ['-qo', join(wheels, wheel), '-d', packages], quiet);
  copyJars(root, app);
  const gems = join(app, 'vendor');
  const specifications = join(root, 'usr/share/rubygems-integration/all/specifications');
  execFileSync('cp', ['-rL', specifications, gems], quiet);
}

/** Debian's jars once more, as an application's own; some of them in a jar that starts them. */
function copyJars(root, app) {
  const jars = join(root, 'usr/share/java');
  const own = join(app, 'lib');
  const inner = join(app, 'BOOT-INF/lib');
  mkdirSync(own);
  mkdirSync(inner, { recursive: true });
  const names = readdirSync(jars).filter(
    (name) => /-\d[\d.]*\.jar$/.test(name) && lstatSync(join(jars, name)).isFile(),
  );
  for (const [index, name] of names.sort().entries())
    copyFileSync(join(jars, name), join(index % 4 === 0 ? inner : own, name));
  execFileSync('zip', ['-q0r', 'lib/shop.jar', 'BOOT-INF'], { ...quiet, cwd: app });
  rmSync(join(app, 'BOOT-INF'), { recursive: true });
}

/** Path → when it was last changed; sorted, folders before what is in them. */
export function snapshot(root) {
  const found = new Map();
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      found.set(path, lstatSync(join(root, path), { bigint: true }).ctimeNs);
      if (entry.isDirectory()) walk(path);
    }
  };
  walk('');
  return found;
}
