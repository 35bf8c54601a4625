/** Addresses that stand for a licence: host and path without `www.`, ending and case → id. */
const addresses: readonly (readonly [RegExp, string])[] = [
  [/^apache\.org\/licenses\/license-2\.0/, 'Apache-2.0'],
  [/^apache\.org\/licenses\/license-1\.1/, 'Apache-1.1'],
  [/^apache\.org\/licenses\/?$/, 'Apache-2.0'],
  [/^boost\.org\/license_1_0/, 'BSL-1.0'],
  [/^eclipse\.org\/legal\/epl-v10/, 'EPL-1.0'],
  [/^eclipse\.org\/legal\/epl-(?:v20|2\.0)/, 'EPL-2.0'],
  [/^eclipse\.org\/org\/documents\/edl-v10/, 'BSD-3-Clause'],
  [/^mozilla\.org\/(?:en-us\/)?mpl\/2\.0/, 'MPL-2.0'],
  [/^mozilla\.org\/(?:en-us\/)?mpl\/(?:mpl-)?1\.1/, 'MPL-1.1'],
  [/^gnu\.org\/licenses\/old-licenses\/gpl-2\.0/, 'GPL-2.0-only'],
  [/^gnu\.org\/licenses\/old-licenses\/lgpl-2\.1/, 'LGPL-2.1-only'],
  [/^gnu\.org\/licenses\/(?:gpl-3\.0|gpl$)/, 'GPL-3.0-only'],
  [/^gnu\.org\/licenses\/(?:lgpl-3\.0|lgpl$)/, 'LGPL-3.0-only'],
  [/^gnu\.org\/licenses\/(?:agpl-3\.0|agpl$)/, 'AGPL-3.0-only'],
  [/^gnu\.org\/licenses\/gpl-2\.0/, 'GPL-2.0-only'],
  [/^gnu\.org\/licenses\/lgpl-2\.1/, 'LGPL-2.1-only'],
  [/^creativecommons\.org\/publicdomain\/zero\/1\.0/, 'CC0-1.0'],
  [/^creativecommons\.org\/licenses\/by\/3\.0/, 'CC-BY-3.0'],
  [/^creativecommons\.org\/licenses\/by\/4\.0/, 'CC-BY-4.0'],
  [/^creativecommons\.org\/licenses\/by-sa\/4\.0/, 'CC-BY-SA-4.0'],
  [/^unlicense\.org/, 'Unlicense'],
  [/^jquery\.org\/license/, 'MIT'],
  [/^(?:github|raw\.githubusercontent)\.com\/dotnet\/\w+\/(?:blob\/)?(?:master|main)\/license/, 'MIT'],
  [/^glassfish\.java\.net\/public\/cddl\+gpl_1_1/, 'CDDL-1.1 OR GPL-2.0-only WITH Classpath-exception-2.0'],
];

/** Of these the last part of the path is a name, or an expression. */
const catalogs =
  /^(?:opensource\.org\/licen[sc]es?|spdx\.org\/licenses|licenses\.nuget\.org|choosealicense\.com\/licenses)\/([^/?#]+)/;

/** The licence's name or expression that an address stands for; null for words, and for addresses that say nothing. */
export function licenseOfUrl(text: string): string | null {
  const [, rest] = /^https?:\/\/(?:www\.)?([!-~]+)$/i.exec(text) ?? [];
  if (rest === undefined) return null;
  const address = rest.toLowerCase().replace(/(?:\.(?:txt|html?|php|en))+$|\/$/g, '');
  const [, name] = catalogs.exec(address) ?? [];
  if (name !== undefined) return name.replaceAll('%20', ' ').replace(/-license$/, '');
  return addresses.find(([pattern]) => pattern.test(address))?.[1] ?? null;
}
