/** Bits per character, as Shannon counts them. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

const fewDistinct = 5;

/** A token that nobody was ever given: `ghp_xxxxxxxxxxxxxxxx`, `AKIA0000000000000000`. */
export function isBlank(secret: string, shown: number): boolean {
  const body = secret.slice(shown);
  return body.length > 8 && new Set(body).size <= fewDistinct;
}

/** What documentation and tests write where a secret would stand. */
export function isExample(secret: string): boolean {
  return /example|f4ke|fake|dummy|sample/i.test(secret);
}

const stands =
  /^(?:pass(?:word|wd|phrase)?|pwd?|secret|token|(?:api|access|private|secret)[-_]?key|credentials?|user(?:name)?|admin|root|null|none|nil|undefined|true|false|yes|no|on|off|empty|required|optional|string|test(?:ing)?|default|redacted|hidden|masked|removed|value|default|unset|disabled?|enabled?|proxypass|repopwd)\d{0,3}$/i;
const speaks =
  /change[-_ ]?(?:me|it|this)|replace[-_ ]?(?:me|with|this)|^(?:your|my|some|the|an?|enter|insert|put|use)[-_ ]|placeholder|example\.|x{5,}|\*{3,}|\.{3}|^todo|^fixme|[-_]here$/i;
const refers =
  /^(?:\$[\w{(]|%\w+%$|<|\{\{|@\w+@$|\*+$|\[[\w -]+\]$|!(?:vault|ref|sub|getatt|importvalue|secret|env|reference)\b|process\.|os\.|env[.[(:]|ref\+|vault:|file:|secret:|arn:|enc\[)/i;

/**
 * Whether what is assigned stands for a secret rather than being one: a variable (`$PASS`, `${PASS}`, `{{ pass }}`,
 * `%PASS%`, `<pass>`), a path or file, the name of the thing (`password`), or a word for what has to be put there.
 */
export function isPlaceholder(value: string): boolean {
  if (refers.test(value) || /\$\{|\{\{|%\(|%s|<[a-z]|\$\(/i.test(value)) return true;
  if (/^(?:~|\.{1,2})?\/[\w./-]*$/.test(value) || /^https?:\/\/[^@]*$/.test(value)) return true;
  if (/^(.)\1*$/.test(value) || /^(?:0?12345|abcdef|qwerty$)/i.test(value)) return true;
  return stands.test(value) || speaks.test(value);
}
