import { numberListScheme } from '../number-list.ts';

/** Haskell's package versions. @see https://pvp.haskell.org/ */
export const hackageScheme = numberListScheme('hackage', '.');
