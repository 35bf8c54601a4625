import { arch } from 'node:process';

const goArchitectures: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: '386',
  arm: 'arm/v7',
  ppc64: 'ppc64le',
  loong64: 'loong64',
};

/** The platform whose images this host runs: containers are Linux, on macOS and Windows too. */
export function hostPlatform(): string {
  return `linux/${goArchitectures[arch] ?? arch}`;
}

/**
 * Whether an image of platform `have` is what `want` asks for. A variant counts only where both name one;
 * `arm64/v8` is arm64.
 */
export function matchesPlatform(have: string, want: string): boolean {
  const [haveOs, haveArch, haveVariant] = have.split('/');
  const [wantOs, wantArch, wantVariant] = want.split('/');
  return (
    haveOs === wantOs &&
    haveArch === wantArch &&
    (haveVariant === undefined || wantVariant === undefined || haveVariant === wantVariant)
  );
}
