const purlPattern =
  /^pkg:[a-z][a-z0-9.+-]*\/(?:[\w.~:!$&'()*+,;=%-]+\/)*[\w.~:!$&'()*+,;=%-]+(?:@[^\s@?#"<>\\^`{|}]+)?(?:\?[^\s?#"<>\\^`{|}]+)?(?:#[^\s#"<>\\^`{|}]+)?$/;

/** Characters of a purl; one that is longer stands in a property only. */
const maxPurlChars = 8192;

/** Whether programs that read purls will take it: type and name are there, and nothing that has to be encoded is not. */
export function isPurl(text: string): boolean {
  return text.length <= maxPurlChars && /^[!-~]+$/.test(text) && purlPattern.test(text);
}
