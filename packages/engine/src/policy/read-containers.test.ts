import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PolicyError } from './error.ts';
import { readContainers } from './read-containers.ts';

/** What Docker 28 prints, but for what is not read. */
const inspected = {
  Id: 'c0ffee',
  Name: '/web',
  Path: '/usr/sbin/nginx',
  Args: ['--password=hunter2'],
  Image: 'sha256:aa',
  AppArmorProfile: 'docker-default',
  ProcessLabel: '',
  HostConfig: {
    Privileged: false,
    CapAdd: ['CAP_SYS_ADMIN', 'net_raw'],
    CapDrop: null,
    SecurityOpt: ['no-new-privileges', 'seccomp=unconfined'],
    NetworkMode: 'host',
    PidMode: '',
    IpcMode: 'private',
    UTSMode: '',
    UsernsMode: '',
    CgroupParent: '',
    Memory: 1024,
    NanoCpus: 500000000,
    PidsLimit: -1,
    ReadonlyRootfs: true,
    RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 },
    Devices: [{ PathOnHost: '/dev/kvm', PathInContainer: '/dev/kvm', CgroupPermissions: 'rwm' }],
    Ulimits: [{ Name: 'nofile', Hard: 1, Soft: 1 }],
    PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '8080' }], '53/udp': null },
  },
  Config: { User: 'app', Image: 'web:1', Env: ['TOKEN=hunter2'], Healthcheck: { Test: ['CMD', 'true'] } },
  Mounts: [{ Type: 'bind', Source: '/etc', Destination: '/host', RW: false, Propagation: 'rprivate' }],
};

describe('readContainers', () => {
  it('reads what docker inspect prints, and no values of variables or arguments', () => {
    const [container] = readContainers(JSON.stringify([inspected]), 'web.json');
    expect(container).toMatchObject({
      name: 'web',
      image: 'web:1',
      imageId: 'sha256:aa',
      program: 'nginx',
      capAdd: ['SYS_ADMIN', 'NET_RAW'],
      capDrop: [],
      seccomp: 'unconfined',
      noNewPrivileges: true,
      network: 'host',
      memory: 1024,
      cpuLimited: true,
      pidsLimit: 0,
      restart: 'on-failure',
      restartRetries: 3,
      mounts: [{ source: '/etc', target: '/host', type: 'bind', readOnly: true, propagation: 'rprivate' }],
      devices: ['/dev/kvm'],
      ulimits: ['nofile'],
      ports: [{ container: 80, protocol: 'tcp', host: 8080, address: '' }],
      healthcheck: true,
    });
    expect(JSON.stringify(container)).not.toContain('hunter2');
  });

  it.each([
    ['no JSON', 'x', 'is not JSON'],
    ['nothing', '[]', 'names no container'],
    ['an image', JSON.stringify([{ Id: 'sha256:aa', Config: {} }]), 'holds no container at place 1'],
    ['a list of lists', '[[]]', 'holds no container at place 1'],
  ])('refuses %s', (_, text, message) => {
    expect(() => readContainers(text, 'x.json')).toThrow(message);
  });

  it('takes what has another type for absent, whatever it is', () => {
    const odd = fc.jsonValue();
    const container = fc.record({ ...Object.fromEntries(Object.keys(inspected).map((key) => [key, odd])) });
    fc.assert(
      fc.property(container, odd, (top, host) => {
        const text = JSON.stringify([
          { ...top, Config: { Env: host }, HostConfig: { PortBindings: host, CapAdd: host } },
        ]);
        try {
          readContainers(text, 'x');
        } catch (error) {
          expect(error).toBeInstanceOf(PolicyError);
        }
      }),
      { numRuns: 100 },
    );
  });
});
