import { numberListScheme } from '../number-list.ts';

/** R's `package_version`: numbers between dots and hyphens, which mean the same. */
export const cranScheme = numberListScheme('cran', '.-');
