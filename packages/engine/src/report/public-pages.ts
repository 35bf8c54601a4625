/** Where people read more about an id whose form is known. Reports only name these pages; nothing is ever asked of them. */

interface Publisher {
  readonly form: RegExp;
  readonly name: string;
  page(id: string): string;
}

/** Forms are closed, so that an id cannot lead to a page of its author's choice. */
const publishers: readonly Publisher[] = [
  { form: /^CVE-\d{4}-\d{4,19}$/, name: 'NVD', page: (id) => `https://nvd.nist.gov/vuln/detail/${id}` },
  { form: /^GHSA(?:-[0-9a-z]{4}){3}$/, name: 'GitHub', page: (id) => `https://github.com/advisories/${id}` },
  {
    form: /^(?:DSA|DLA|TEMP)-[0-9A-F-]{1,30}$/,
    name: 'Debian',
    page: (id) => `https://security-tracker.debian.org/tracker/${id}`,
  },
  { form: /^USN-\d{1,6}-\d{1,4}$/, name: 'Ubuntu', page: (id) => `https://ubuntu.com/security/notices/${id}` },
  {
    form: /^RH[SBE]A-\d{4}:\d{1,8}$/,
    name: 'Red Hat',
    page: (id) => `https://access.redhat.com/errata/${id}`,
  },
  {
    form: /^(?:PYSEC|GO|RUSTSEC|MAL|OSV|HSEC|RSEC|PSF|BIT|ALSA|RLSA|CGA|ROOT)-[0-9A-Za-z:-]{1,60}$/,
    name: 'OSV',
    page: (id) => `https://osv.dev/vulnerability/${id}`,
  },
];

export interface PublicPage {
  readonly id: string;
  /** whose page it is: `NVD` */
  readonly name: string;
  readonly url: string;
}

/** Null where the form of the id is not known. */
export function publicPage(id: string): PublicPage | null {
  const publisher = publishers.find(({ form }) => form.test(id));
  return publisher === undefined ? null : { id, name: publisher.name, url: publisher.page(id) };
}

/** Pages of the finding's own id, then of its other names and bulletins, each once. */
export function publicPages({
  id,
  aliases,
  advisories,
}: {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly advisories: readonly string[];
}): readonly PublicPage[] {
  return [...new Set([id, ...aliases, ...advisories])].flatMap((each) => publicPage(each) ?? []);
}
