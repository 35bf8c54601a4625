import type { Discovery } from '../feed.ts';
import { childOf, readXml } from '../formats/xml.ts';

/** Hosts that Amazon's mirror lists may name. */
const trusted = /^https:\/\/(?:[a-z0-9-]+\.)*(?:amazonlinux\.com|amazonaws\.com)\/[\w./-]+$/;

/**
 * Where a repository's updateinfo is: the repository's mirror list names a folder that changes with every publication,
 * and its repomd.xml the file. Where there is no list, the plain place.
 */
export async function amazonFile(discovery: Discovery, repository: string): Promise<string> {
  const plain = `${repository}/repodata/updateinfo.xml.gz`;
  const mirrors = await discovery.text(`${repository}/mirror.list`);
  const base = mirrors
    ?.split(/\s+/)
    .find((line) => trusted.test(line))
    ?.replace(/\/$/, '');
  if (base === undefined) return plain;
  const repomd = await discovery.text(`${base}/repodata/repomd.xml`);
  const href = repomd === undefined ? undefined : await updateInfoIn(`${base}/repodata/repomd.xml`, repomd);
  return href === undefined ? plain : `${base}/${href}`;
}

async function updateInfoIn(name: string, repomd: string): Promise<string | undefined> {
  let href: string | undefined;
  const once = (async function* () {
    yield Buffer.from(repomd);
  })();
  await readXml(name, once, 'repomd', new Set(['data']), (data) => {
    const location = childOf(data, 'location')?.attributes.href ?? '';
    // the path is put below the repository: nothing else may be named
    if (data.attributes.type === 'updateinfo' && /^repodata\/[\w.-]+\.xml\.gz$/.test(location)) href = location;
  });
  return href;
}
