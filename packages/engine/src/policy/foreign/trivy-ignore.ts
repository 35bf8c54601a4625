import { PolicyError } from '../error.ts';
import type { Exception } from '../exception.ts';
import { lastWholeDay, notHonoured, vulnerabilityEntry } from './foreign-entry.ts';
import type { ForeignFormat } from './foreign-format.ts';

/** What a vulnerability's name looks like; checks, secrets and licences have other ids in every tool. */
const vulnerabilityId =
  /^(?:CVE|GHSA|DLA|DSA|USN|ALSA|ELSA|RHSA|RUSTSEC|PYSEC|GO|OSV|TEMP|ALAS|GMS|NSWG|DEBIAN|UBUNTU)[-0-9]/i;
const line = /^[A-Za-z0-9][\w.:/*?-]*(?:\s+.*)?$/;

/**
 * `.trivyignore`: an id per line, with `exp:DATE` behind it; the comment right above is the reason.
 *
 * @see https://trivy.dev/latest/docs/configuration/filtering/#trivyignore
 */
export const trivyIgnore: ForeignFormat = {
  name: 'trivyignore',
  of: 'Trivy',
  isNamed: (name) => name === '.trivyignore' || name.endsWith('.trivyignore'),
  looksLike(text) {
    const lines = text.split('\n').map((each) => each.trim());
    const entries = lines.filter((each) => each !== '' && !each.startsWith('#'));
    return (
      entries.length > 0 && entries.every((each) => vulnerabilityId.test(each) && line.test(each) && !/:\s/.test(each))
    );
  },
  read(text, source) {
    const entries: Exception[] = [];
    const problems: string[] = [];
    let comments: string[] = [];
    for (const [index, raw] of text.split('\n').entries()) {
      const words = raw.trim();
      if (words === '' || words.startsWith('#')) {
        comments = words === '' ? [] : [...comments, words.replace(/^#+\s*/, '')];
        continue;
      }
      const [id = '', ...rest] = words.split(/\s+/);
      const place = `${source}:${index + 1}`;
      const until = rest.find((word) => word.startsWith('exp:'))?.slice('exp:'.length);
      const expires = until === undefined || until.length !== 10 ? null : lastWholeDay(until);
      if (until !== undefined && expires === null)
        problems.push(`${place}: "exp:${until}" is no date; write exp:YYYY-MM-DD`);
      const reason = comments.join(' ').trim();
      const entry = vulnerabilityEntry(id, place, { expires, reason: reason === '' ? null : reason });
      const foreign =
        'it is no id of a vulnerability; for a check, secret or licence write an exception with the id that this report shows';
      entries.push(vulnerabilityId.test(id) ? entry : notHonoured(entry, foreign));
      comments = [];
    }
    if (problems.length > 0) throw new PolicyError('EXCEPTIONS_INVALID', problems.slice(0, 50));
    return entries;
  },
};
