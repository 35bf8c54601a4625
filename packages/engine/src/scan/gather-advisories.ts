import { isAdvisoryError } from '../advisories/advisory-error.ts';
import { noAdvisories, openAdvisories } from '../advisories/open-advisories.ts';
import { ratingsBeside, ratingsShard } from '../advisories/shard-names.ts';
import type { AdvisoryReader, Catalog, EolRecord, ShardInfo, Statement } from '../advisories/types.ts';
import type { RiskSources } from '../matching/enrich.ts';
import type { LookupPlan } from '../matching/plan.ts';
import type { Finding } from '../matching/types.ts';
import { lackingQualifier, separatorOf } from '../matching/without-group.ts';
import { freshness } from './freshness.ts';
import type { ScanRequest } from './request.ts';

/**
 * The advisories of one scan: brings what is due up to date, then answers from shards that are at hand. Remembers which
 * shards were used; what is missing or stale is decided once the needs are known.
 */
export class AdvisoryDesk {
  #reader: AdvisoryReader;
  readonly #request: ScanRequest;
  readonly #needed = new Set<string>();
  readonly #used = new Set<string>();

  /** asked of a catalog that is not signed as it must be */
  readonly #refused = new Set<string>();
  /** the earlier catalog that was asked for by its digest */
  #pinned: Catalog | undefined;
  /** somebody was asked for what was due */
  #updated = false;
  readonly #notes: string[] = [];

  private constructor(request: ScanRequest, shards: Catalog | undefined) {
    this.#request = request;
    this.#pinned = shards;
    this.#reader = this.#open();
  }

  /**
   * @param useful shards that the scan can do without. From the upstream hosts themselves they take hundreds of megabytes (all of
   *   the NVD), so that they are asked for when they are missing or stale, and not every day
   * @param shards of the folder, instead of those that its catalog names
   */
  static async open(
    request: ScanRequest,
    needed: readonly string[],
    useful: readonly string[],
    shards?: Catalog,
  ): Promise<AdvisoryDesk> {
    const desk = new AdvisoryDesk(request, shards);
    const { catalog, mirrors = [] } = request.update ?? {};
    const near = catalog !== undefined || mirrors.length > 0;
    await desk.#bringUpToDate([...needed, ...(near ? useful : desk.#unusable(useful))]);
    for (const name of needed) desk.#needed.add(name);
    return desk;
  }

  /** What is said by shard and name, of a name without its group also what is said of it in any; a shard that is not at hand is absent. */
  statements(plan: LookupPlan): ReadonlyMap<string, ReadonlyMap<string, readonly Statement[]>> {
    const found = new Map<string, ReadonlyMap<string, readonly Statement[]>>();
    for (const [shard, names] of plan.names) {
      const there = plan.software.includes(shard) ? this.#ifFresh(shard) : this.#has(shard);
      if (!there) continue;
      const bare = names.filter((name) => lackingQualifier(shard, name) !== undefined);
      const namesakes = this.#reader.namesakes(shard, bare, separatorOf(shard));
      found.set(shard, this.#reader.statements(shard, [...names, ...namesakes]));
    }
    return found;
  }

  /**
   * What is said about the CVEs that were matched. Ratings are asked for by year; a catalog has them beside its shards, which
   * is less to fetch. What nobody can supply leaves severities Unknown and is no reason to close the gate.
   *
   * @param shards that the records come from
   * @param fetch false: what is at hand has to do
   */
  async signals(
    ids: readonly string[],
    shards: readonly string[],
    fetch = true,
  ): Promise<Omit<RiskSources, 'severityOrder'>> {
    const years = [...new Set(ids.flatMap((id) => ratingsShard(id) ?? []))].sort();
    const beside = years.length === 0 ? [] : shards.filter((shard) => this.#has(shard)).map(ratingsBeside);
    if (fetch) await this.#bringUpToDate(this.#request.update?.catalog === undefined ? years : beside);
    for (const name of [...years, ...beside]) this.#has(name);
    const kevAvailable = this.#has('kev');
    return {
      ratings: this.#reader.ratings(ids, shards),
      kev: kevAvailable ? this.#reader.kev(ids) : new Map(),
      kevAvailable,
      epss: this.#ifFresh('epss') ? this.#reader.epss(ids) : undefined,
      exploits: this.#ifFresh('exploits') ? this.#reader.exploits(ids) : undefined,
    };
  }

  /** Shards that are missing or stale. */
  #unusable(shards: readonly string[]): readonly string[] {
    const { evaluatedAt, maxDbAgeDays } = this.#request;
    const { missing, stale } = freshness(shards, (name) => this.#reader.shard(name), evaluatedAt, maxDbAgeDays);
    return [...missing, ...stale];
  }

  /** What no rule asks for is used where it is at hand; an old one says nothing. */
  #ifFresh(shard: string): boolean {
    const { evaluatedAt, maxDbAgeDays } = this.#request;
    const { missing, stale } = freshness([shard], (name) => this.#reader.shard(name), evaluatedAt, maxDbAgeDays);
    return missing.length === 0 && (stale.length === 0 || this.#needed.has(shard)) && this.#has(shard);
  }

  /** Those of these shards that are not at hand, or not fresh. */
  lacking(names: readonly string[]): readonly string[] {
    const { evaluatedAt, maxDbAgeDays } = this.#request;
    const find = (name: string) => (this.#refused.has(name) ? undefined : this.#reader.shard(name));
    const { missing, stale } = freshness(names, find, evaluatedAt, maxDbAgeDays);
    return [...missing, ...stale].sort();
  }

  /** Findings with the titles of their deciding records, where they have one. */
  titled(findings: readonly Finding[]): readonly Finding[] {
    const ids = new Map<string, Set<string>>();
    for (const { evidence } of findings) {
      if (evidence.advisory === undefined) continue;
      const { shard, id } = evidence.advisory;
      const ofShard = ids.get(shard);
      if (ofShard === undefined) ids.set(shard, new Set([id]));
      else ofShard.add(id);
    }
    const titles = new Map<string, ReadonlyMap<string, string>>();
    for (const [shard, asked] of ids)
      if (this.#has(shard)) titles.set(shard, this.#reader.titles(shard, [...asked].sort()));
    return findings.map((finding) => {
      const { advisory } = finding.evidence;
      const title = advisory && titles.get(advisory.shard)?.get(advisory.id);
      return finding.title !== null || title === undefined ? finding : { ...finding, title };
    });
  }

  endOfLife(distro: string): readonly EolRecord[] {
    return this.#has('eol') ? this.#reader.endOfLife(distro) : [];
  }

  /** What the result says of the advisories; `example` when those of the demo were used. */
  summary(): {
    advisories: Record<string, string>;
    missing: readonly string[];
    stale: readonly string[];
    example: boolean;
    /** those that were looked into, by name */
    feeds: readonly ShardInfo[];
  } {
    const { evaluatedAt, maxDbAgeDays } = this.#request;
    const find = (name: string) => (this.#refused.has(name) ? undefined : this.#reader.shard(name));
    const { missing, stale } = freshness([...this.#needed], find, evaluatedAt, maxDbAgeDays);
    const used = [...this.#used].sort().flatMap((name) => find(name) ?? []);
    return {
      advisories: Object.fromEntries(used.map(({ name, digest }) => [name, digest])),
      missing,
      stale,
      example: used.some((shard) => shard.example === true),
      feeds: used,
    };
  }

  /**
   * Name → digest of every shard that was looked into. Null where the next scan with the same catalog may see others: one is
   * damaged, or some were to be brought up to date.
   */
  lookedInto(): ReadonlyMap<string, string> | null {
    const looked = [...this.#reader.looked()];
    if (this.#reader === noAdvisories) return null;
    if (this.#updated || this.#pinned || this.#refused.size > 0 || looked.some(([, sound]) => !sound)) return null;
    return new Map(looked.map(([name]) => [name, this.#reader.shard(name)?.digest ?? '']));
  }

  /** What it told while it looked, where the next one will tell the same. */
  get notes(): readonly string[] {
    return this.#notes;
  }

  close(): void {
    this.#reader.close();
  }

  /** A catalog that cannot be read names no shards: what the image needs is missing then, until an update mends it. */
  #open(): AdvisoryReader {
    const { dbDir, progress } = this.#request;
    try {
      const { catalog } = this.#request.update ?? {};
      const awaited = this.#pinned === undefined && catalog !== undefined && /@sha256:[0-9a-f]{64}$/.test(catalog);
      return awaited ? noAdvisories : openAdvisories(dbDir, this.#pinned);
    } catch (error) {
      if (!isAdvisoryError(error, 'catalog-malformed')) throw error;
      progress?.note(error.message);
      return noAdvisories;
    }
  }

  #has(shard: string): boolean {
    const there = this.#reader.shard(shard) !== undefined;
    if (there) this.#used.add(shard);
    return there;
  }

  /** A failure leaves the old shards in place: whether they are fresh enough is judged afterwards. */
  async #bringUpToDate(names: readonly string[]): Promise<void> {
    const { update, evaluatedAt, maxDbAgeDays, dbDir, today, signal, progress } = this.#request;
    if (update === null) return;
    const { due } = freshness(names, (name) => this.#reader.shard(name), evaluatedAt, maxDbAgeDays);
    if (due.length === 0) return;
    const { updateDatabase } = await import('../advisories/update-database.ts');
    try {
      const report = await updateDatabase({
        ...update,
        dbDir,
        needed: due,
        asOf: today,
        signal,
        progress: ({ group, done, total }) => progress?.advisories({ current: group, done, total }),
      });
      for (const note of report.notes) progress?.note(note);
      if (report.asked === false) {
        this.#notes.push(...report.notes);
        return;
      }
      this.#updated = true;
      this.#pinned = report.catalog ?? this.#pinned;
    } catch (error) {
      this.#updated = true;
      if (signal?.aborted || !(error instanceof Error) || error.name !== 'AdvisoryError') throw error;
      // older shards may have come the same way: they do not stand in
      if (isAdvisoryError(error, 'catalog-untrusted')) for (const name of due) this.#refused.add(name);
      progress?.note(`advisories could not be brought up to date: ${error.message}`);
    }
    this.#reader.close();
    this.#reader = this.#open();
  }
}
