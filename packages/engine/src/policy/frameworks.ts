import type { FrameworkName } from './types.ts';

/** A requirement of a framework, as `controls` of rules name it: `nist-800-190:4.1.1`. */
interface Control {
  readonly id: string;
  /** in our words */
  readonly title: string;
}

interface Framework {
  readonly name: FrameworkName;
  readonly controls: readonly Control[];
}

function framework(name: FrameworkName, controls: Readonly<Record<string, string>>): Framework {
  return { name, controls: Object.entries(controls).map(([id, words]) => ({ id: `${name}:${id}`, title: words })) };
}

/**
 * What policies with a `framework` are held against, in the order of the documents. Also what no image shows is in it, so that
 * a report says that somebody has to look.
 *
 * @see https://nvlpubs.nist.gov/nistpubs/SpecialPublications/NIST.SP.800-190.pdf section 4
 * @see https://www.pcisecuritystandards.org/document_library/ PCI DSS 4.0, what concerns software and its configuration
 * @see https://www.cisecurity.org/benchmark/docker sections 4 and 5 (1.6, 1.7)
 */
export const frameworks: readonly Framework[] = [
  framework('nist-800-190', {
    '4.1.1': 'image vulnerabilities',
    '4.1.2': 'image configuration defects',
    '4.1.3': 'embedded malware',
    '4.1.4': 'embedded clear text secrets',
    '4.1.5': 'use of untrusted images',
    '4.2.1': 'insecure connections to registries',
    '4.2.2': 'stale images in registries',
    '4.2.3': 'insufficient authentication and authorization of registries',
    '4.3.1': 'unbounded administrative access to the orchestrator',
    '4.3.2': 'unauthorized access to the orchestrator',
    '4.3.3': 'poorly separated traffic between containers',
    '4.3.4': 'workloads of different sensitivity on one host',
    '4.3.5': 'trust in nodes of the orchestrator',
    '4.4.1': 'vulnerabilities of the runtime software',
    '4.4.2': 'unbounded network access from containers',
    '4.4.3': 'insecure configuration of the runtime',
    '4.4.4': 'vulnerabilities of the application while it runs',
    '4.4.5': 'rogue containers',
    '4.5.1': 'large attack surface of the host',
    '4.5.2': 'kernel shared with other workloads',
    '4.5.3': 'vulnerabilities of the host',
    '4.5.4': 'improper access rights of users to the host',
    '4.5.5': 'tampering with the file system of the host',
  }),
  framework('pci-dss-4', {
    '2.2.2': 'default accounts are managed',
    '2.2.4': 'only necessary services and functions are enabled',
    '2.2.5': 'insecure services are justified and secured',
    '2.2.6': 'security parameters are set to prevent misuse',
    '5.2.1': 'malware is looked for',
    '6.2.1': 'own software is developed securely',
    '6.3.1': 'vulnerabilities are found and ranked',
    '6.3.2': 'an inventory of own and third-party software is kept',
    '6.3.3': 'patches are installed, critical ones within a month',
    '6.5.1': 'changes follow procedures',
    '7.2.5': 'accounts of applications and systems have least privilege',
    '8.3.1': 'access needs an authentication factor',
    '8.3.2': 'authentication factors are unreadable where they are stored',
    '8.6.2': 'no passwords in scripts, configuration and code',
    '11.3.1': 'vulnerability scans are repeated',
    '12.3.4': 'technologies in use are reviewed, also for their end of life',
  }),
  framework('cis-docker', {
    '4.1': 'a user for the container has been created',
    '4.2': 'containers use only trusted base images',
    '4.3': 'no unnecessary packages are installed',
    '4.4': 'images are scanned and rebuilt with security patches',
    '4.5': 'content trust is enabled',
    '4.6': 'HEALTHCHECK instructions have been added',
    '4.7': 'update instructions do not stand alone',
    '4.8': 'set-id permissions are removed',
    '4.9': 'COPY is used instead of ADD',
    '4.10': 'no secrets are stored in Dockerfiles',
    '4.11': 'only verified packages are installed',
    '4.12': 'signed artefacts are validated',
    '5.1': 'swarm mode is not enabled where it is not needed',
    '5.2': 'an AppArmor profile is enabled',
    '5.3': 'SELinux security options are set',
    '5.4': 'Linux kernel capabilities are restricted',
    '5.5': 'privileged containers are not used',
    '5.6': 'sensitive directories of the host are not mounted',
    '5.7': 'no sshd runs in containers',
    '5.8': 'privileged ports are not mapped',
    '5.9': 'only needed ports are open',
    '5.10': "the host's network namespace is not shared",
    '5.11': 'memory is limited',
    '5.12': 'CPU priority is set',
    '5.13': 'the root file system is mounted read only',
    '5.14': 'incoming traffic is bound to one interface of the host',
    '5.15': 'restarts on failure are limited to 5',
    '5.16': "the host's process namespace is not shared",
    '5.17': "the host's IPC namespace is not shared",
    '5.18': 'devices of the host are not exposed',
    '5.19': 'default ulimits are overwritten only where needed',
    '5.20': 'mounts are not propagated as shared',
    '5.21': "the host's UTS namespace is not shared",
    '5.22': 'the default seccomp profile is not disabled',
    '5.23': 'docker exec is not used with --privileged',
    '5.24': 'docker exec is not used with --user=root',
    '5.25': 'the cgroup is the engine’s own',
    '5.26': 'containers cannot acquire additional privileges',
    '5.27': 'the health of containers is checked',
    '5.28': 'the latest version of the image is run',
    '5.29': 'the number of processes is limited',
    '5.30': 'the default bridge docker0 is not used',
    '5.31': "the host's user namespaces are not shared",
    '5.32': 'the Docker socket is not mounted',
  }),
];

export const frameworkNames: readonly FrameworkName[] = frameworks.map(({ name }) => name);
