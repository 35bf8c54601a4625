// The image of the demo, built in code: a small Debian-like root with packages of early 2023, an npm application, port 22
// open, root user. The packages are records in the package databases; no foreign bytes are in it.
import { dockerArchive, fixtureImage } from '../packages/engine/src/image/testing/image-builder.ts';

const osRelease = `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
`;

/** package, version, source */
const base = [
  ['base-files', '12.4+deb12u1', 'base-files'],
  ['bash', '5.2.15-2+b2', 'bash (5.2.15-2)'],
  ['libc6', '2.36-9+deb12u1', 'glibc'],
  ['libssl3', '3.0.9-1', 'openssl'],
  ['zlib1g', '1:1.2.13.dfsg-1', 'zlib'],
];
const tools = [
  ['curl', '7.88.1-10+deb12u1', 'curl'],
  ['libcurl4', '7.88.1-10+deb12u1', 'curl'],
  ['openssh-server', '1:9.2p1-2', 'openssh'],
  ['openssl', '3.0.9-1', 'openssl'],
];
const modules = [
  ['debug', '4.3.4'],
  ['express', '4.18.2'],
  ['lodash', '4.17.15'],
  ['minimist', '1.2.0'],
];

const root = [file('etc/os-release', osRelease), file('var/lib/dpkg/status', dpkgStatus(base))];
const rootStep = { created: '2023-06-12T00:00:00Z', created_by: '/bin/sh -c #(nop) ADD file:rootfs in / ' };

/** What the image of the demo is built on. */
export function demoBase() {
  const top = { created: rootStep.created, history: [rootStep] };
  return dockerArchive(fixtureImage({ names: ['demo/base:1.0'], layers: [root], top }));
}

/** A `docker save` archive of three layers. */
export function demoImage() {
  return dockerArchive(
    fixtureImage({
      names: ['demo/shop:1.0'],
      layers: [
        root,
        [file('usr/bin/curl', '#!demo\n'), file('var/lib/dpkg/status', dpkgStatus([...base, ...tools]))],
        [
          file('srv/shop/package.json', JSON.stringify({ name: 'shop', version: '1.0.0' })),
          ...modules.map(([name, version]) =>
            file(`srv/shop/node_modules/${name}/package.json`, JSON.stringify({ name, version, license: 'MIT' })),
          ),
        ],
      ],
      config: {
        User: 'root',
        ExposedPorts: { '22/tcp': {}, '8080/tcp': {} },
        Env: ['NODE_ENV=production'],
        Cmd: ['node', 'server.js'],
        WorkingDir: '/srv/shop',
      },
      top: {
        created: '2023-06-20T08:00:00Z',
        history: [
          rootStep,
          {
            created: '2023-06-20T08:00:00Z',
            created_by: 'RUN /bin/sh -c apt-get update && apt-get install -y curl openssh-server openssl # buildkit',
          },
          { created: '2023-06-20T08:00:00Z', created_by: 'WORKDIR /srv/shop', empty_layer: true },
          { created: '2023-06-20T08:00:00Z', created_by: 'RUN /bin/sh -c npm ci --omit=dev # buildkit' },
          { created: '2023-06-20T08:00:00Z', created_by: 'EXPOSE map[22/tcp:{} 8080/tcp:{}]', empty_layer: true },
          { created: '2023-06-20T08:00:00Z', created_by: 'CMD ["node" "server.js"]', empty_layer: true },
        ],
      },
    }),
  );
}

function file(path, content) {
  return { path, content };
}

function dpkgStatus(packages) {
  return packages
    .map(
      ([name, version, source]) =>
        `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nSource: ${source}\nVersion: ${version}\nDescription: demo\n`,
    )
    .join('\n');
}
