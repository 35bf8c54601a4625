/** A person or a workload that a certificate names. */
export interface Identity {
  /** whole: an e-mail address or a workflow's URL; as somebody who is trusted `*` stands for any run of characters */
  readonly subject: string;
  /** who vouched for it */
  readonly issuer: string;
}

/** Whether somebody is one of those who are trusted: by the whole subject, and by exactly this issuer. */
export function isTrusted({ subject, issuer }: Identity, trusted: readonly Identity[]): boolean {
  return trusted.some((each) => each.issuer === issuer && matches(subject, each.subject));
}

/** In linear steps for one `*`, in the product of both lengths at worst: certificates are short. */
function matches(subject: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return subject === pattern;
  if (!subject.startsWith(first) || !subject.endsWith(last)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = subject.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= subject.length - last.length;
}
