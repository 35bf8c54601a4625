/** What the release of an rpm version tells about the build. */

/** Built for a module: `1:14.21.1-2.module+el8.7.0+17528+a329cd47`, `….module_el8.7.0+3373+a4c18c43`. */
export function isModularBuild(version: string): boolean {
  return /[.+_]module[+_]/.test(version);
}

/** The version up to what tells one build for a module from the next: `1:14.21.1-2.module+`. */
export function withoutModuleBuild(version: string): string {
  return version.replace(/([.+_]module[+_]).*/s, '$1');
}

/**
 * Oracle's second builds beside the regular ones, with an epoch that puts them above: `2:2.28-236.0.1.ksplice1.el8_9.13`
 * for hosts that are patched while they run, `10:3.0.7-25.el9_fips`. They are held against their own kind alone, as if they
 * were a module's.
 */
export function variantBuild(version: string): string | undefined {
  if (/\.ksplice\d+\./.test(version)) return 'ksplice:oracle';
  return /[._]fips(?:\.|$)/.test(version) ? 'fips:oracle' : undefined;
}

/** Minor release in a version's dist tag: `9_2` of `7.76.1-23.el9_2.4` and of `15.3-1.module+el9.2.0+191+6f5d9d63`. */
export function minorRelease(version: string): string | undefined {
  const found = /[.+_]el(\d+)[_.](\d+)/.exec(version.slice(version.lastIndexOf('-') + 1));
  return found === null ? undefined : `${found[1]}_${found[2]}`;
}
