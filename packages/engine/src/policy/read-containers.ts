import type { ContainerFact } from '../inventory/types.ts';
import { PolicyError } from './error.ts';

const maxContainers = 1000;
/** Of one list. */
const maxElements = 1000;
const maxText = 1000;

/**
 * Reads what `docker inspect` (or `podman inspect`) prints of containers. Only named fields are read: variables and arguments, which
 * may hold secrets, are not.
 *
 * @throws PolicyError `CONTAINERS_INVALID`
 * @see https://docs.docker.com/reference/api/engine/ (ContainerInspect)
 */
export function readContainers(text: string, source: string): readonly ContainerFact[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed(source, 'is not JSON; give what `docker inspect CONTAINER` prints');
  }
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (all.length === 0) throw malformed(source, 'names no container');
  if (all.length > maxContainers)
    throw malformed(source, `has ${all.length} containers; ${maxContainers} are the most`);
  return all.map((each, at) => {
    const top = new Part(each);
    if (!top.has('HostConfig') || !top.has('Config')) {
      throw malformed(
        source,
        `holds no container at place ${at + 1} (HostConfig and Config): inspect containers, not images`,
      );
    }
    return containerOf(top);
  });
}

function malformed(source: string, what: string): PolicyError {
  return new PolicyError('CONTAINERS_INVALID', [`${source} ${what}`]);
}

function containerOf(top: Part): ContainerFact {
  const [host, config] = [top.part('HostConfig'), top.part('Config')];
  const options = host.texts('SecurityOpt');
  const restart = host.part('RestartPolicy');
  return {
    name: top.text('Name').replace(/^\//, ''),
    id: top.text('Id'),
    image: config.text('Image') || top.text('ImageName'),
    imageId: withAlgorithm(top.text('Image')),
    user: config.text('User'),
    program: top.text('Path').replace(/^.*\//s, ''),
    privileged: host.flag('Privileged'),
    capAdd: host.texts('CapAdd').map(capability),
    capDrop: host.texts('CapDrop').map(capability),
    appArmor: top.text('AppArmorProfile') === 'unconfined' ? '' : top.text('AppArmorProfile'),
    seLinux: top.text('ProcessLabel') !== '' && !options.some((option) => /^label[=:]disable$/.test(option)),
    seccomp: seccomp(options),
    noNewPrivileges: options.some((option) => /^no-new-privileges(?:[=:]true)?$/.test(option)),
    network: host.text('NetworkMode'),
    pid: host.text('PidMode'),
    ipc: host.text('IpcMode'),
    uts: host.text('UTSMode'),
    userns: host.text('UsernsMode'),
    cgroupParent: host.text('CgroupParent'),
    memory: host.number('Memory'),
    cpuLimited: ['CpuShares', 'NanoCpus', 'CpuQuota'].some((key) => host.number(key) > 0),
    pidsLimit: Math.max(host.number('PidsLimit'), 0),
    readOnlyRoot: host.flag('ReadonlyRootfs'),
    restart: restart.text('Name'),
    restartRetries: restart.number('MaximumRetryCount'),
    mounts: top.parts('Mounts').map((mount) => ({
      source: mount.text('Source'),
      target: mount.text('Destination'),
      type: mount.text('Type'),
      readOnly: !mount.flag('RW'),
      propagation: mount.text('Propagation'),
    })),
    devices: host.parts('Devices').map((device) => device.text('PathOnHost')),
    ulimits: host.parts('Ulimits').map((limit) => limit.text('Name')),
    ports: portsOf(host.part('PortBindings')),
    healthcheck: hasCheck(config.part('Healthcheck').texts('Test')),
  };
}

/** Podman writes the digest alone. */
function withAlgorithm(digest: string): string {
  return /^[0-9a-f]{64}$/.test(digest) ? `sha256:${digest}` : digest;
}

function capability(name: string): string {
  return name.toUpperCase().replace(/^CAP_/, '');
}

function seccomp(options: readonly string[]): ContainerFact['seccomp'] {
  const own = options.find((option) => /^seccomp[=:]/.test(option))?.slice('seccomp='.length);
  return own === undefined ? 'default' : own === 'unconfined' ? 'unconfined' : 'custom';
}

function hasCheck(test: readonly string[]): boolean {
  return test.length > 0 && test[0] !== 'NONE';
}

function portsOf(bindings: Part): ContainerFact['ports'] {
  return bindings.keys().flatMap((key) => {
    const [, port = '', protocol = 'tcp'] = /^(\d{1,5})(?:\/(\w+))?$/.exec(key) ?? [];
    return bindings.parts(key).map((binding) => ({
      container: Number(port),
      protocol,
      host: Number(binding.text('HostPort').slice(0, 5)) || 0,
      address: binding.text('HostIp'),
    }));
  });
}

/** An object of which nothing is known; what has another type than it should is taken for absent. */
class Part {
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(value: unknown) {
    this.#fields =
      typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  }

  has(key: string): boolean {
    return typeof this.#own(key) === 'object' && this.#own(key) !== null;
  }

  keys(): readonly string[] {
    return Object.keys(this.#fields).sort().slice(0, maxElements);
  }

  text(key: string): string {
    const value = this.#own(key);
    return typeof value === 'string' ? value.slice(0, maxText) : '';
  }

  flag(key: string): boolean {
    return this.#own(key) === true;
  }

  number(key: string): number {
    const value = this.#own(key);
    return typeof value === 'number' && Number.isSafeInteger(value) ? value : 0;
  }

  part(key: string): Part {
    return new Part(this.#own(key));
  }

  parts(key: string): readonly Part[] {
    return this.#list(key).map((each) => new Part(each));
  }

  texts(key: string): readonly string[] {
    return this.#list(key).flatMap((each) => (typeof each === 'string' ? [each.slice(0, maxText)] : []));
  }

  #list(key: string): readonly unknown[] {
    const value = this.#own(key);
    return Array.isArray(value) ? value.slice(0, maxElements) : [];
  }

  #own(key: string): unknown {
    return Object.hasOwn(this.#fields, key) ? this.#fields[key] : undefined;
  }
}
