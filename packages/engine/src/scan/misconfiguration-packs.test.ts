import { describe, expect, it } from 'vitest';
import { parseConfig } from '../image/config.ts';
import { dockerfileFacts } from '../inventory/facts/dockerfile-facts.ts';
import type { DockerfileLine, FileFact, Incomplete, ProgramFact, SecretFact, UserFact } from '../inventory/types.ts';
import { caseSubject } from '../policy/cases/case-subject.ts';
import type { Given } from '../policy/cases/given-facts.ts';
import { evaluate } from '../policy/evaluate.ts';
import { loadPack } from '../policy/packs.ts';
import { makeFinding, makePackage, makeSubject } from '../policy/testing/subjects.ts';
import type { PolicySubject } from '../policy/types.ts';

/* Every rule of the packs about configuration: what breaks it, and what only looks like it. */

const classicNop = (line: string) => `/bin/sh -c #(nop)  ${line}`;
const forms = {
  classic: (line: string) =>
    line.startsWith('RUN ') ? `|1 V=x /bin/sh -c ${line.slice(4)}` : classicNop(line).replace(/ (COPY|ADD) /, ' $1 '),
  buildkit: (line: string) => {
    if (line.startsWith('RUN ')) return `RUN |1 V=x /bin/sh -c ${line.slice(4)} # buildkit`;
    return /^(?:COPY|ADD) /.test(line) ? `${line} # buildkit` : line;
  },
};

function dockerfileOf(lines: readonly string[], form: keyof typeof forms): readonly DockerfileLine[] {
  const created = ['ADD rootfs.tar /', ...lines];
  const history = created.map((line) => ({
    created_by: forms[form](line),
    empty_layer: !/^(?:RUN|COPY|ADD) /.test(line),
  }));
  const { config } = parseConfig(Buffer.from(JSON.stringify({ history })), 'config');
  const layers = history.filter((entry) => !entry.empty_layer).length;
  const context = { config, analyses: new Array(layers), layerId: (index: number) => `sha256:${index}` };
  const { facts } = dockerfileFacts.gather(context as unknown as Parameters<typeof dockerfileFacts.gather>[0]);
  return facts.map((line, index) => ({ ...line, base: index === 0 }));
}

type Change = (subject: PolicySubject) => PolicySubject;
type Facts = PolicySubject['inventory']['facts'];

const withFacts =
  (facts: Partial<Facts>): Change =>
  (subject) => ({
    ...subject,
    inventory: { ...subject.inventory, facts: { ...subject.inventory.facts, ...facts } },
  });
const config =
  (change: object): Change =>
  (subject) =>
    withFacts({ config: { ...subject.inventory.facts.config!, ...change } })(subject);
const image =
  (change: Partial<PolicySubject['image']>): Change =>
  (subject) => ({ ...subject, image: { ...subject.image, ...change } });
const base = (reference: string | null, from: 'annotation' | 'option' = 'annotation') =>
  image({ base: { reference, digest: null, id: null, layers: 1, from } });
const pkg =
  (facts: Parameters<typeof makePackage>[0]): Change =>
  (subject) => ({ ...subject, inventory: { ...subject.inventory, packages: [makePackage(facts)] } });
const file = (path: string, mode: string, type: FileFact['type'] = 'file') =>
  withFacts({ files: [{ path, type, mode, uid: 0, gid: 0, size: 1, layer: null }] });
const user = (facts: Partial<UserFact>) => {
  const harmless = { name: 'app', uid: 1000, gid: 1000, groups: [], home: '/', shell: '/bin/sh', layer: null } as const;
  return withFacts({
    users: [{ ...harmless, password: 'locked', hash: null, sudo: 'none', admin: false, ...facts }],
  });
};
const secret = (facts: Partial<SecretFact>) => {
  const token = { kind: 'github-token', title: 'GitHub token', severity: 'Critical', masked: 'ghp_****' } as const;
  return withFacts({ secrets: [{ ...token, layer: null, deleted: false, example: false, ...facts }] });
};
const signature = (problem: string | null) => {
  const signer = { source: 's', digest: 'd', key: 'sha256:1', identity: null, issuer: null };
  return withFacts({ signatures: [{ ...signer, verified: problem === null, problem }] });
};
const program = (kind: ProgramFact['kind'], name: string) =>
  withFacts({ programs: [{ kind, name, path: `/usr/bin/${name}`, layer: null }] });
const container = (given: NonNullable<Given['containers']>[number]) => {
  const { containers } = caseSubject({ containers: [given] }, '2026-08-22', null).inventory.facts;
  return withFacts({ containers: containers! });
};
const incomplete =
  (code: Incomplete['code']): Change =>
  (subject) => ({ ...subject, incomplete: [{ code, message: 'm' }] });
const finding =
  (facts: Parameters<typeof makeFinding>[0]): Change =>
  (subject) => ({ ...subject, findings: [makeFinding(facts)] });
const layers =
  (count: number, change: Change = (subject) => subject): Change =>
  (subject) => {
    const layer = { digest: null, mediaType: '', size: 1, instruction: null, verified: true };
    const made = Array.from({ length: count }, (_, index) => ({ ...layer, diffId: `sha256:${index}` }));
    return change({ ...subject, inventory: { ...subject.inventory, layers: made } });
  };

/** Lines of a Dockerfile, tried as each builder writes them, or a change of a harmless image. */
type Case = readonly string[] | Change;
const fixed = { state: 'fixed', versions: ['2'] } as const;
const eol = (pastEndOfLife: boolean) =>
  image({ distro: { id: 'alpine', version: '3.12', endOfLife: '2022-05-01', pastEndOfLife } });
const healthy = { Test: ['CMD', 'true'] };

const secretNames: readonly (readonly [Case, Case])[] = [
  [['ENV DB_PASSWORD=x'], ['ENV DB_PASSWORD_FILE=/run/x']],
  [['ARG npm_token'], ['ARG VERSION']],
];
const updates: readonly (readonly [Case, Case])[] = [
  [['RUN apt-get update'], ['RUN apt-get update && apt-get install -y a']],
  [['RUN apk update'], ['RUN echo apk update']],
  [['RUN yum -q makecache'], ['RUN yum makecache; yum install -y a']],
];

const table: Readonly<Record<string, readonly (readonly [breaks: Case, holds: Case])[]>> = {
  'cis-docker/cis-4.1-user': [[config({ user: '0:0' }), config({ user: 'app' })]],
  'cis-docker/cis-4.1-start-as-root': [[user({ sudo: 'no-password' }), user({ sudo: 'password' })]],
  'cis-docker/cis-4.2-base-not-named': [[layers(2, image({ base: null })), layers(2, base('debian:12'))]],
  'cis-docker/cis-4.2-distro-end-of-life': [[eol(true), eol(false)]],
  'cis-docker/cis-4.3-needless-package': [[pkg({ name: 'gcc' }), pkg({ name: 'gcc', type: 'npm' })]],
  'cis-docker/cis-4.4-known-fix': [
    [finding({ severity: 'High', fix: fixed }), finding({ severity: 'Medium', fix: fixed })],
    [finding({ severity: 'Critical', fix: fixed }), finding({ severity: 'Critical' })],
  ],
  'cis-docker/cis-4.4-old-image': [
    [image({ created: '2026-01-01T00:00:00Z' }), image({ created: '2026-08-01T00:00:00Z' })],
    [image({ created: '2020-01-01T00:00:00Z' }), image({ created: null })],
  ],
  'cis-docker/cis-4.5-not-by-digest': [
    [
      (subject) => ({ ...image({ reference: 'registry:a:1' })(subject), stage: 'admission' }),
      (subject) => ({ ...image({ reference: 'registry:a@sha256:12' })(subject), stage: 'admission' }),
    ],
  ],
  'cis-docker/cis-4.6-healthcheck': [[config({ healthcheck: null }), config({ healthcheck: healthy })]],
  'cis-docker/cis-4.7-update-alone': updates,
  'cis-docker/cis-4.8-set-id': [
    [file('/bin/su', '4755'), file('/bin/ls', '0755')],
    [file('/bin/w', '2755'), file('/tmp', '1777', 'directory')],
  ],
  'cis-docker/cis-4.9-add': [[['ADD a /'], ['COPY a /']]],
  'cis-docker/cis-4.10-secret': [
    [secret({ path: '/srv/.npmrc' }), secret({ path: '/srv/.npmrc', example: true })],
    [secret({ env: 'TOKEN' }), secret({ env: 'TOKEN', severity: 'Medium' })],
  ],
  'cis-docker/cis-4.10-secret-name': secretNames,
  'cis-docker/cis-4.11-unverified-package': [
    [['RUN apt-get install -y --allow-unauthenticated a'], ['RUN apt-get install -y a']],
    [['RUN apk add --allow-untrusted a.apk'], ['RUN apk add a']],
    [['RUN curl -k https://a'], ['RUN curl https://a/-k']],
    [['RUN a && sudo rpm -i --nosignature a.rpm'], ['RUN echo "--nosignature"']],
  ],
  'cis-docker/cis-4.11-run-what-is-fetched': [
    [['RUN curl -s https://a | sh'], ['RUN curl -s https://a | tar x']],
    [['RUN wget -O- https://a | bash -'], ['RUN wget -O a https://a && sha256sum -c a.sum && sh ./a | cat']],
  ],
  'cis-docker/cis-4.12-not-signed': [
    [signature('no key that was given signed it'), signature(null)],
    // nobody asked
    [withFacts({ signatures: [] }), (subject) => subject],
  ],
  'cis-docker/cis-5.2-apparmor': [[container({ appArmor: '' }), container({ appArmor: '', seLinux: true })]],
  'cis-docker/cis-5.3-selinux': [[container({ appArmor: '' }), container({ appArmor: 'own' })]],
  'cis-docker/cis-5.4-capabilities': [
    [container({ capAdd: ['NET_BIND_SERVICE', 'SYS_ADMIN'] }), container({ capAdd: ['NET_BIND_SERVICE'] })],
  ],
  'cis-docker/cis-5.5-privileged': [[container({ privileged: true }), container({})]],
  'cis-docker/cis-5.6-host-directory': [
    [
      container({ mounts: [{ source: '/etc/app' }] }),
      container({ mounts: [{ source: '/etcetera' }, { source: '/usr', type: 'volume' }] }),
    ],
  ],
  'cis-docker/cis-5.7-sshd': [[container({ program: 'sshd' }), container({ ports: [{ container: 2222 }] })]],
  'cis-docker/cis-5.8-privileged-port': [
    [container({ ports: [{ host: 443 }] }), container({ ports: [{ host: 1024 }] })],
  ],
  'cis-docker/cis-5.10-host-network': [[container({ network: 'host' }), container({ network: 'apps' })]],
  'cis-docker/cis-5.11-memory': [[container({ memory: 0 }), container({ memory: 1 })]],
  'cis-docker/cis-5.12-cpu': [[container({ cpuLimited: false }), container({})]],
  'cis-docker/cis-5.13-read-only-root': [[container({ readOnlyRoot: false }), container({})]],
  'cis-docker/cis-5.14-every-interface': [
    [container({ ports: [{ address: '' }] }), container({ ports: [{ address: '10.0.0.1' }] })],
  ],
  'cis-docker/cis-5.15-restart': [
    [container({ restart: 'on-failure', restartRetries: 6 }), container({ restart: 'on-failure', restartRetries: 5 })],
  ],
  'cis-docker/cis-5.16-host-processes': [[container({ pid: 'host' }), container({ pid: 'container:x' })]],
  'cis-docker/cis-5.17-host-ipc': [[container({ ipc: 'host' }), container({ ipc: 'private' })]],
  'cis-docker/cis-5.18-devices': [[container({ devices: ['/dev/kvm'] }), container({})]],
  'cis-docker/cis-5.19-ulimits': [[container({ ulimits: ['nofile'] }), container({})]],
  'cis-docker/cis-5.20-shared-mount': [
    [container({ mounts: [{ propagation: 'rshared' }] }), container({ mounts: [{ propagation: 'rslave' }] })],
  ],
  'cis-docker/cis-5.21-host-uts': [[container({ uts: 'host' }), container({})]],
  'cis-docker/cis-5.22-seccomp': [
    [container({ seccomp: 'unconfined' }), container({ seccomp: 'custom' })],
    [container({ privileged: true }), container({})],
  ],
  'cis-docker/cis-5.25-cgroup': [[container({ cgroupParent: '/own' }), container({})]],
  'cis-docker/cis-5.26-new-privileges': [[container({ noNewPrivileges: false }), container({})]],
  'cis-docker/cis-5.27-health': [[container({ healthcheck: false }), container({})]],
  'cis-docker/cis-5.28-earlier-image': [[container({ imageId: 'sha256:old' }), container({ imageId: 'sha256:1234' })]],
  'cis-docker/cis-5.29-processes': [[container({ pidsLimit: 0 }), container({})]],
  'cis-docker/cis-5.30-default-bridge': [[container({ network: 'bridge' }), container({ network: 'apps' })]],
  'cis-docker/cis-5.31-host-users': [[container({ userns: 'host' }), container({ userns: '' })]],
  'cis-docker/cis-5.32-docker-socket': [
    [
      container({ mounts: [{ source: '/var/run/docker.sock' }] }),
      container({ mounts: [{ source: '/var/run/other.sock' }] }),
    ],
  ],
  'best-practices/latest-base': [
    [base('debian:latest'), base('debian:12')],
    [base('debian'), base('debian@sha256:12')],
    [base('host:5000/debian'), base('host:5000/debian:12')],
    [base('debian:latest', 'option'), base('base.tar', 'option')],
  ],
  'best-practices/latest-tag': [[image({ names: ['a:latest'] }), image({ names: ['a:latest', 'a:1'] })]],
  'best-practices/root-user': [[config({ user: '' }), config({ user: '1000' })]],
  'best-practices/administration-port': [[config({ exposedPorts: ['22/tcp'] }), config({ exposedPorts: ['22/udp'] })]],
  'best-practices/privileged-port': [[config({ exposedPorts: ['80/tcp'] }), config({ exposedPorts: ['8080/tcp'] })]],
  'best-practices/port-out-of-range': [
    [config({ exposedPorts: ['65536/tcp'] }), config({ exposedPorts: ['65535/tcp'] })],
    [config({ exposedPorts: ['http'] }), config({ exposedPorts: ['8000-8010'] })],
  ],
  'best-practices/add-for-copy': [
    [['ADD src /app/'], ['ADD a.tar.gz /app/']],
    [['ADD dir:12 in /app'], ['ADD file:12 in /app']],
    [['ADD a b /'], ['ADD https://a/b /']],
  ],
  'best-practices/several-entrypoint': [
    [
      ['ENTRYPOINT ["a"]', 'ENTRYPOINT ["b"]'],
      ['ENTRYPOINT ["b"]', 'CMD ["a"]'],
    ],
  ],
  'best-practices/several-cmd': [[['CMD ["a"]', 'CMD ["b"]'], ['CMD ["b"]']]],
  'best-practices/several-healthcheck': [[['HEALTHCHECK NONE', 'HEALTHCHECK CMD a'], ['HEALTHCHECK CMD a']]],
  'best-practices/relative-workdir': [[['WORKDIR app'], ['WORKDIR /app']]],
  'best-practices/workdir-in-system': [
    [['WORKDIR /etc/app'], ['WORKDIR /srv/etc']],
    [['WORKDIR /usr/bin'], ['WORKDIR /usr/binary']],
    [['WORKDIR /lost+found/a'], ['WORKDIR /lost']],
  ],
  'best-practices/sudo-in-run': [[['RUN a && sudo b'], ['RUN echo sudo']]],
  'best-practices/sudo-installed': [[pkg({ name: 'sudo' }), pkg({ name: 'sudoku' })]],
  'best-practices/copy-several-to-file': [[['COPY a b /c'], ['COPY a b /c/']]],
  'best-practices/run-cd': [[['RUN cd /a && make'], ['RUN make -C /a']]],
  'best-practices/wget-and-curl': [
    [
      ['RUN wget a', 'RUN curl b'],
      ['RUN wget a', 'RUN wget b'],
    ],
  ],
  'best-practices/yum-not-cleaned': [[['RUN yum install -y a'], ['RUN yum install -y a && yum clean all']]],
  'best-practices/dnf-not-cleaned': [[['RUN dnf -y install a'], ['RUN dnf -y install a && rm -rf /var/cache/dnf']]],
  'best-practices/zypper-not-cleaned': [[['RUN zypper in -y a'], ['RUN zypper in -y a && zypper clean -a']]],
  'best-practices/microdnf-not-cleaned': [
    [['RUN microdnf install a'], ['RUN microdnf install a && microdnf clean all']],
  ],
  'best-practices/update-alone': updates,
  'best-practices/apt-asks': [
    [['RUN apt-get install a'], ['RUN apt-get install -qy a']],
    [['RUN apt install a'], ['RUN apt -y install a']],
  ],
  'best-practices/maintainer': [[['MAINTAINER a'], ['LABEL maintainer=a']]],
  'best-practices/dist-upgrade': [[['RUN apt-get -y dist-upgrade'], ['RUN apt-get -y upgrade']]],
  'best-practices/apk-cache': [
    [['RUN apk add a'], ['RUN apk add --no-cache a']],
    [['RUN apk -U add a'], ['RUN apk add a && rm -rf /var/cache/apk/*']],
  ],
  'best-practices/no-healthcheck': [[config({ healthcheck: { Test: ['NONE'] } }), config({ healthcheck: healthy })]],
  'best-practices/apt-recommends': [
    [['RUN apt-get install -y a'], ['RUN apt-get install -y --no-install-recommends a']],
    [['RUN apt-get -y install a'], ['RUN apt-get -o APT::Install-Recommends=false install -y a']],
  ],
  'best-practices/secret-in-file': [
    [secret({ path: '/srv/.npmrc', deleted: true }), secret({ path: '/srv/.npmrc', example: true })],
    [secret({ path: '/srv/.env', severity: 'Medium' }), secret({ env: 'TOKEN' })],
  ],
  'best-practices/secrets-unread': [[incomplete('secrets-unread'), incomplete('history-incomplete')]],
  'best-practices/secret-by-name': [
    ...secretNames,
    [['COPY .env /app/'], ['COPY .env.example /app/']],
    [['COPY keys/id_rsa /root/'], ['COPY id_rsa.pub /root/']],
  ],
  'best-practices/package-manager': [[program('package-manager', 'apt'), program('shell', 'sh')]],
  'best-practices/world-writable': [
    [file('/a', '0666'), file('/dev/null', '0666', 'device')],
    [file('/srv', '0777', 'directory'), file('/tmp', '1777', 'directory')],
  ],
  'best-practices/open-chmod': [[['RUN chmod -R 777 /a'], ['RUN chmod 755 /777']]],
  'best-practices/empty-password': [[user({ password: 'empty' }), user({ password: 'none' })]],
  'best-practices/known-password': [[user({ password: 'hashed', hash: 'md5' }), user({ password: 'locked' })]],
  'best-practices/second-root': [[user({ name: 'toor', uid: 0 }), user({ name: 'root', uid: 0 })]],
  'best-practices/sudo-without-password': [[user({ sudo: 'no-password' }), user({ sudo: 'password' })]],
  'best-practices/host-volume': [
    [config({ volumes: ['/var/run/docker.sock'] }), config({ volumes: ['/var/lib/a'] })],
    [config({ volumes: ['/etc'] }), config({ volumes: ['/etc/a'] })],
  ],
  'best-practices/history-not-told': [[incomplete('history-incomplete'), incomplete('no-feed')]],
};

function broken(pack: string, change: Change) {
  const verdict = evaluate(change(makeSubject({})), { policies: [loadPack(pack)], exceptions: [], gate: true });
  return { ids: verdict.verdict.rules.map(({ id }) => id), ...verdict };
}

/** The same case as every builder writes it. */
function changesOf(each: Case): readonly Change[] {
  if (typeof each === 'function') return [each];
  return (['classic', 'buildkit'] as const).map(
    (form) => (subject) => base('debian:12')(withFacts({ dockerfile: dockerfileOf(each, form) })(subject)),
  );
}

describe.each(Object.entries(table))('%s', (name, cases) => {
  const [pack = '', id = ''] = name.split('/');
  it.each(cases.map((each, index) => [index + 1, ...each] as const))('case %i', (_index, breaks, holds) => {
    for (const change of changesOf(breaks)) {
      const { ids, findings } = broken(pack, change);
      expect(ids).toContain(id);
      const made = findings.find((each) => each.id === id);
      if (Array.isArray(breaks)) {
        expect(breaks.map((line) => line.replace('=x', ''))).toContain(made?.evidence.instruction);
        expect(made?.evidence.layer === null || made?.evidence.layer?.startsWith('sha256:')).toBe(true);
      }
    }
    for (const change of changesOf(holds)) expect(broken(pack, change).ids).not.toContain(id);
  });
});

it.each(['cis-docker', 'best-practices'])(
  'every rule of the pack %s has cases, a remediation and a control',
  (pack) => {
    const { rules } = loadPack(pack);
    expect(Object.keys(table).filter((name) => name.startsWith(`${pack}/`))).toEqual(
      rules.map(({ id }) => `${pack}/${id}`),
    );
    for (const { remediation, controls } of rules) {
      expect(remediation).not.toBeNull();
      expect(controls.length).toBeGreaterThan(0);
    }
  },
);

it('takes no CMD of a base for one too many where nothing tells which it is', () => {
  const dockerfile = dockerfileOf(['CMD ["a"]', 'CMD ["b"]'], 'buildkit').map((line) => ({ ...line, base: null }));
  expect(broken('best-practices', withFacts({ dockerfile })).ids).not.toContain('several-cmd');
});

it('judges lines of the base image by no rule about the image’s own', () => {
  const dockerfile = dockerfileOf(['RUN apt-get update', 'ADD src /app'], 'buildkit');
  const ofBase = dockerfile.map((line) => ({ ...line, base: true }));
  expect(broken('best-practices', withFacts({ dockerfile })).ids).toContain('update-alone');
  const left = broken('best-practices', withFacts({ dockerfile: ofBase }));
  expect(left.findings.filter(({ evidence }) => evidence.instruction != null)).toEqual([]);
});
