import { type LicenseNode, leaves } from './license-node.ts';

/**
 * What a licence asks of whoever ships software under it, in the groups of Google's licence classification, most permissive
 * first. `unknown` stands for words that name no known licence.
 *
 * - unencumbered: nothing at all; permissive: not even a notice; notice: a copyright notice
 * - reciprocal: changes to the software itself are shared
 * - restricted: what is combined with it is shared, under some conditions
 * - forbidden: also what only serves users over a network, or no commercial use
 */
export const licenseGroups = [
  'unencumbered',
  'permissive',
  'notice',
  'reciprocal',
  'restricted',
  'forbidden',
  'unknown',
] as const;
export type LicenseGroup = (typeof licenseGroups)[number];

/** Patterns of identifiers, `*` for any rest; the first that fits decides. */
const members: readonly (readonly [LicenseGroup, string])[] = [
  ['forbidden', 'AGPL-* CC-BY-NC-* SSPL-* BUSL-* Elastic-2.0 PolyForm-* WTFPL Aladdin RPL-* Parity-* FSL-* SUL-*'],
  [
    'restricted',
    'GPL-* LGPL-* LGPLLR GFDL-* CC-BY-SA-* CC-BY-ND-* CC-SA-* ODbL-* SMAIL-GPL Linux-man-pages-* eCos-2.0 NPL-* OSL-* QPL-* Sleepycat EUPL-* CECILL-1.* CECILL-2.* LPPL-1.0 Nokia NGPL OCLC-2.0 SISSL* Watcom-1.0 Arphic-1999 copyleft-next-*',
  ],
  [
    'reciprocal',
    'APSL-* CDDL-* CPL-* EPL-* FreeImage IPL-* MPL-* Ruby MS-RL CECILL-C SPL-1.0 RPSL-1.0 LPL-1.0 CPAL-1.0 Motosoto NASA-1.3 ErlPL-1.1 Interbase-1.0 gSOAP-1.3b YPL-1.1 CDLA-Sharing-1.0 CERN-OHL-S-2.0 CERN-OHL-W-2.0 OFL-*',
  ],
  [
    'unencumbered',
    'CC0-* Unlicense Unlicense-* 0BSD LicenseRef-Public-Domain CC-PDDC PDDL-1.0 ANTLR-PD NCBI-PD SAX-PD* blessing NIST-PD* NTIA-PD CC-PDM-1.0 LZMA-SDK-* libselinux-1.0',
  ],
  ['permissive', 'MIT-0 FSFAP FSFUL FSFULLR* Beerware NLOD-* diffmark'],
  [
    'notice',
    'AFL-* Apache-* Artistic-* BSL-1.0 BSD-* LicenseRef-BSD CC-BY-* FTL ISC ISC-* ICU IJG IJG-* ImageMagick Libpng libpng-* Linux-OpenIB LPL-1.02 MS-PL MIT MIT-* NCSA OpenSSL OpenSSL-* SSLeay-* OLDAP-* PHP-* Pixar HPND* PSF-* Python-* CNRI-* PostgreSQL SGI-B-* Unicode-* UPL-* W3C* X11 X11-* Xnet Zend-* Zlib zlib-* ZPL-* curl Vim TCL TCP-wrappers Info-ZIP Inner-Net-2.0 JSON NTP NTP-0 NAIST-2003 bzip2-* Spencer-* RSA-MD LicenseRef-Freely-Redistributable MulanPSL-* BlueOak-* ECL-* Bitstream-Vera Bitstream-Charter EFL-* AML MirOS W3C-* dtoa xlock Sendmail Sendmail-* SMLNJ SunPro SWL StandardML-NJ libtiff libutil-David-Nugent mpich2 psutils TU-Berlin-* JasPer-2.0 LPD-document gnuplot Latex2e* snprintf hdparm XFree86-* Xerox Xfig HPND-* Cornell-Lossless-JPEG Crossword Adobe-* AMDPLPA Afmparse ADSL Leptonica LOOP Naumen NLPL NRL NetCDF Net-SNMP OGC-1.0 OML Plexus pnmstitch Rdisc SHL-* SNIA Saxpath SCEA TOSL UnixCrypt VSL-* X11-distribute-* XSkat xpp GD Qhull LPPL-* SSH-* FDK-AAC HDF5 Intel CECILL-B CDLA-Permissive-* Knuth-CTAN PADL TermReadKey Boehm-GC* Vixie-Cron Xdebug-* ClArtistic CMU-Mach* DOC mpi-permissive xinetd python-ldap radvd Caldera* Linux-OpenIB Mackerras-* Brian-Gladman-*',
  ],
];

const exact = new Map<string, LicenseGroup>();
const prefixes: (readonly [string, LicenseGroup])[] = [];
for (const [group, patterns] of members) {
  for (const pattern of patterns.split(' ')) {
    if (pattern.endsWith('*')) prefixes.push([pattern.slice(0, -1), group]);
    else exact.set(pattern, group);
  }
}

/** The group of one identifier. An exception only permits more; it does not change the group. */
export function groupOfId(id: string): LicenseGroup {
  return exact.get(id) ?? prefixes.find(([prefix]) => id.startsWith(prefix))?.[1] ?? 'unknown';
}

/** Of choices the one that asks least, of what applies together the one that asks most; what is unknown may ask anything. */
export function groupOf(node: LicenseNode): LicenseGroup {
  if (node.kind === 'id') return groupOfId(node.id);
  if (node.kind === 'text') return node.base === null ? 'unknown' : groupOf(node.base);
  const ranks = node.parts.map((part) => licenseGroups.indexOf(groupOf(part)));
  return licenseGroups[node.kind === 'or' ? Math.min(...ranks) : Math.max(...ranks)]!;
}

/** Words of an expression that stand for no known licence, as declared. */
export function unknownTexts(node: LicenseNode): readonly string[] {
  const texts = [...leaves(node)].flatMap((leaf) => {
    if (leaf.kind === 'text') return leaf.base === null ? [leaf.text] : [];
    return leaf.id.startsWith('LicenseRef-') && !namedRefs.has(leaf.id) ? [leaf.id] : [];
  });
  return [...new Set(texts)];
}

const namedRefs: ReadonlySet<string> = new Set([
  'LicenseRef-BSD',
  'LicenseRef-Public-Domain',
  'LicenseRef-Proprietary',
  'LicenseRef-Freely-Redistributable',
]);
