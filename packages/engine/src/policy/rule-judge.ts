import type { FileFact } from '../inventory/types.ts';
import type { Finding } from '../matching/types.ts';
import { type BaseLayers, baseLayers } from './base-layers.ts';
import { EvaluationFailure } from './cel-functions.ts';
import {
  configContext,
  countBySeverity,
  entryContext,
  fileContext,
  imageContext,
  licenseContext,
  packageContext,
  secretContext,
  userContext,
} from './context-values.ts';
import { PolicyError } from './error.ts';
import { FindingContext } from './finding-context.ts';
import { FindingsJudge, type JudgedFindings } from './judge-findings.ts';
import { type LineContext, lineContexts } from './line-context.ts';
import {
  configFinding,
  configOffences,
  containerFinding,
  fileFinding,
  imageFinding,
  instructionOf,
  licenseFinding,
  lineFinding,
  packageFinding,
  secretFinding,
  userFinding,
} from './made-findings.ts';
import type { Policy, Rule } from './policy-file.ts';
import { isAskedFor } from './rule-inputs.ts';
import { summary } from './summary.ts';
import type { PolicySubject } from './types.ts';

/** What a rule said of the image. */
export interface Judgement {
  readonly policy: Policy;
  readonly rule: Rule;
  /** null: it found nothing that no exception excuses */
  readonly message: string | null;
  /** keys, in the order of the result: of the subject's findings, or of those that it made */
  readonly findings: readonly string[];
  /** of those among the subject's findings; absent: it looked at something else */
  readonly places?: readonly number[];
}

/** Of one thing that a rule looked at: the values of its variables, the thing first, and whether it breaks the rule. */
export type RuleWatch = (rule: Rule, values: readonly unknown[], broken: boolean | EvaluationFailure) => void;

/** Judges rules on one image, one after the other; what the rules have in common is made once. */
export class RuleJudge {
  readonly #subject: PolicySubject;
  readonly #excuse: (finding: Finding) => Finding;
  /** as they were given, which is their order in the result */
  readonly #findings: readonly Finding[];
  readonly #context: FindingContext;
  readonly #findingsJudge: FindingsJudge;
  readonly #images = new Map<Rule['per'], ReturnType<typeof imageContext>>();
  readonly #inBase: BaseLayers;
  readonly #watch: RuleWatch | undefined;
  readonly #made = new Map<string, Finding>();
  #contents: ReadonlyMap<string, string> | undefined;
  #lines: readonly LineContext[] | undefined;
  #packages: readonly ReturnType<typeof packageContext>[] | undefined;

  /**
   * @param findings of the subject, exceptions applied
   * @param excuse applies them to what rules make
   * @param watch hears of everything that a rule is asked about
   */
  constructor(
    subject: PolicySubject,
    findings: readonly Finding[],
    excuse: (finding: Finding) => Finding,
    watch?: RuleWatch,
  ) {
    this.#subject = subject;
    this.#watch = watch;
    this.#excuse = excuse;
    this.#findings = findings;
    this.#inBase = baseLayers(subject);
    this.#context = new FindingContext(subject.evaluatedAt, subject.inventory.packages, this.#inBase);
    this.#findingsJudge = new FindingsJudge(findings, this.#context);
  }

  /** @throws PolicyError `RULE_FAILED` */
  judge(policy: Policy, rule: Rule): Judgement {
    try {
      return { policy, rule, ...this.#judge(rule) };
    } catch (error) {
      if (!(error instanceof EvaluationFailure)) throw error;
      const problem = `rule "${rule.id}" of policy "${policy.name}" cannot be judged on this image: ${error.message}`;
      throw new PolicyError('RULE_FAILED', [problem], { cause: error });
    }
  }

  /** Findings that the rules judged so far have made, by key, also those that an exception excuses. */
  made(): readonly Finding[] {
    return [...this.#made.values()].sort((a, b) => byCodeUnit(a.key, b.key));
  }

  #judge(rule: Rule): Omit<Judgement, 'policy' | 'rule'> {
    switch (rule.scope) {
      case 'vulnerability':
      case 'malware':
        return this.#judgeFindings(rule);
      case 'package':
        return this.#judgePackages(rule);
      case 'license':
        return this.#judgeLicenses(rule);
      case 'file':
        return this.#judgeFiles(rule);
      case 'secret':
        return this.#judgeSecrets(rule);
      case 'config':
        return this.#judgeConfig(rule);
      case 'instruction':
        return this.#judgeLines(rule);
      case 'user':
        return this.#judgeUsers(rule);
      case 'coverage':
        return this.#judgeCoverage(rule);
      case 'image':
        return this.#judgeImage(rule);
      case 'runtime':
        return this.#judgeContainers(rule);
    }
  }

  #packageContexts(): readonly ReturnType<typeof packageContext>[] {
    this.#packages ??= this.#subject.inventory.packages.map((each) => packageContext(each, this.#inBase));
    return this.#packages;
  }

  /** Of all packages, where the rule reads them. */
  #packagesFor(rule: Rule): readonly ReturnType<typeof packageContext>[] {
    const isRead = [...rule.when.reads, ...rule.message.reads].some((read) => /^packages\b/.test(read));
    return isRead ? this.#packageContexts() : [];
  }

  #image(per: Rule['per']): ReturnType<typeof imageContext> {
    const known = this.#images.get(per);
    if (known !== undefined) return known;
    const vulnerabilities = this.#findings.filter(isOpenVulnerability);
    const counted = per === 'package' ? vulnerabilities : distinct(vulnerabilities);
    const excused = this.#findings.some(({ kind, suppressed }) => kind === 'end-of-life' && suppressed.length > 0);
    const past = this.#subject.image.distro?.pastEndOfLife ?? null;
    const image = imageContext(this.#subject, countBySeverity(counted), past && !excused);
    this.#images.set(per, image);
    return image;
  }

  /** In the order of `scopeVariables`. */
  #values(rule: Rule, ...subject: readonly unknown[]): readonly unknown[] {
    return [...subject, this.#image(rule.per), this.#subject.stage, rule.parameters];
  }

  #breaks(rule: Rule, values: readonly unknown[]): boolean {
    if (this.#watch === undefined) return rule.when.evaluate(values) === true;
    try {
      const broken = rule.when.evaluate(values) === true;
      this.#watch(rule, values, broken);
      return broken;
    } catch (error) {
      if (error instanceof EvaluationFailure) this.#watch(rule, values, error);
      throw error;
    }
  }

  #judgeFindings(rule: Rule): JudgedFindings {
    // whoever watches wants to hear of every finding
    const breaks = this.#watch && this.#breaks.bind(this);
    return this.#findingsJudge.judge(rule, this.#values(rule, this.#context), breaks);
  }

  #judgePackages(rule: Rule): Pick<Judgement, 'message' | 'findings'> {
    const { inventory } = this.#subject;
    const broken: Finding[] = [];
    for (const [index, context] of this.#packageContexts().entries()) {
      const values = this.#values(rule, context);
      if (!this.#breaks(rule, values)) continue;
      broken.push(packageFinding(rule, inventory.packages[index]!, rule.message.render(values), inventory));
    }
    return this.#make(broken);
  }

  #judgeLicenses(rule: Rule): Pick<Judgement, 'message' | 'findings'> {
    const { inventory } = this.#subject;
    const broken: Finding[] = [];
    for (const [index, fact] of (inventory.facts.licenses ?? []).entries()) {
      const values = this.#values(rule, licenseContext(fact, this.#packageContexts()[index]!));
      if (!this.#breaks(rule, values)) continue;
      broken.push(licenseFinding(rule, fact, inventory.packages[index]!, rule.message.render(values), inventory));
    }
    return this.#make(broken);
  }

  #judgeFiles(rule: Rule): Pick<Judgement, 'message' | 'findings'> {
    const { inventory } = this.#subject;
    const broken: Finding[] = [];
    this.#contents ??= new Map(inventory.contents ?? []);
    const isMeant = rule.files.length > 0 ? (file: FileFact) => isAskedFor(rule, file.path) : isNotable;
    for (const file of (inventory.facts.files ?? []).filter(isMeant)) {
      const instruction = instructionOf(file.layer, inventory);
      const values = this.#values(rule, fileContext(file, instruction, this.#contents.get(file.path)));
      if (this.#breaks(rule, values)) broken.push(fileFinding(rule, file, rule.message.render(values), inventory));
    }
    return this.#make(broken);
  }

  #judgeLines(rule: Rule): Pick<Judgement, 'message' | 'findings'> {
    const { inventory, image } = this.#subject;
    const lines = inventory.facts.dockerfile ?? [];
    this.#lines ??= lineContexts(lines, image.base?.from === 'option');
    const broken: Finding[] = [];
    for (const [index, context] of this.#lines.entries()) {
      const values = this.#values(rule, context, this.#lines);
      if (this.#breaks(rule, values)) broken.push(lineFinding(rule, lines[index]!, rule.message.render(values)));
    }
    return this.#make(broken);
  }

  #judgeUsers(rule: Rule): Pick<Judgement, 'message' | 'findings'> {
    const { inventory } = this.#subject;
    const broken: Finding[] = [];
    for (const user of inventory.facts.users ?? []) {
      const values = this.#values(rule, userContext(user, instructionOf(user.layer, inventory)));
      if (this.#breaks(rule, values)) broken.push(userFinding(rule, user, rule.message.render(values), inventory));
    }
    return this.#make(broken);
  }

  #judgeSecrets(rule: Rule): Pick<Judgement, 'message' | 'findings'> {
    const { inventory } = this.#subject;
    const known = inventory.facts.secrets ?? inventory.configSecrets ?? [];
    const broken: { readonly finding: Finding; readonly values: readonly unknown[] }[] = [];
    for (const secret of known) {
      if (rule.within === 'configuration' && secret.path !== undefined) continue;
      const instruction = instructionOf(secret.layer, inventory);
      const values = this.#values(rule, secretContext(secret, instruction, this.#inBase));
      if (this.#breaks(rule, values)) broken.push({ finding: secretFinding(secret, inventory), values });
    }
    const { findings } = this.#make(broken.map(({ finding }) => finding));
    const open = broken.filter(({ finding }) => findings.includes(finding.key));
    return { message: summary(open, ({ values }) => rule.message.render(values)), findings };
  }

  #judgeConfig(rule: Rule): Pick<Judgement, 'message' | 'findings'> {
    const { config } = this.#subject.inventory.facts;
    const packages = this.#packagesFor(rule);
    if (config === null || !this.#breaks(rule, this.#values(rule, configContext(config), packages))) return nothing;
    const breaks = (values: unknown) => {
      try {
        return rule.when.evaluate(this.#values(rule, values, packages)) === true;
      } catch (error) {
        // of a part of the configuration it may be that nothing can be said; the whole was judged before
        if (error instanceof EvaluationFailure) return false;
        throw error;
      }
    };
    const offences = configOffences(rule, config, breaks);
    return this.#make(
      offences.map(({ values, evidence }) =>
        configFinding(rule, rule.message.render(this.#values(rule, values, packages)), evidence),
      ),
    );
  }

  #judgeCoverage(rule: Rule): Pick<Judgement, 'message' | 'findings'> {
    const contexts = this.#subject.incomplete.map((entry) => this.#values(rule, entryContext(entry)));
    const broken = contexts.filter((values) => this.#breaks(rule, values));
    return { message: summary(broken, (values) => rule.message.render(values)), findings: [] };
  }

  #judgeContainers(rule: Rule): Pick<Judgement, 'message' | 'findings'> {
    const { inventory, image } = this.#subject;
    const broken: Finding[] = [];
    for (const container of inventory.facts.containers ?? []) {
      const ofImage = image.id === null || container.imageId === image.id;
      const values = this.#values(rule, { ...container, ofImage });
      if (this.#breaks(rule, values)) broken.push(containerFinding(rule, container, rule.message.render(values)));
    }
    return this.#make(broken);
  }

  #judgeImage(rule: Rule): Pick<Judgement, 'message' | 'findings'> {
    const values = this.#values(rule, this.#packagesFor(rule));
    if (!this.#breaks(rule, values)) return nothing;
    const message = rule.message.render(values);
    const findings = this.#behind(rule);
    return findings.length > 0 ? { message, findings } : this.#make([imageFinding(rule, message)]);
  }

  /** The findings that a rule about the whole image is about: those it counts, and the end of life. */
  #behind(rule: Rule): readonly string[] {
    const counts = rule.when.reads.flatMap((read) => /^image\.counts\.(\w+)$/.exec(read)?.[1] ?? []);
    const endOfLife = rule.when.reads.some(
      (read) => read.startsWith('image.distro.') && /EndOfLife|endOfLife/.test(read),
    );
    if (counts.length === 0 && !endOfLife) return [];
    // a vulnerability counts by its worst rating; with it count all packages that have it
    const worst = new Map(
      distinct(this.#findings.filter(isOpenVulnerability)).map(({ id, severity }) => [id, severity]),
    );
    const counted = this.#findings.filter((finding) => {
      if (finding.suppressed.length > 0) return false;
      if (finding.kind === 'end-of-life') return endOfLife;
      if (finding.kind !== 'vulnerability') return false;
      const severity = rule.per === 'package' ? finding.severity : worst.get(finding.id);
      return counts.includes('total') || counts.includes(severity?.toLowerCase() ?? '');
    });
    return counted.map(({ key }) => key);
  }

  #make(made: readonly Finding[]): Pick<Judgement, 'message' | 'findings'> {
    const broken: Finding[] = [];
    for (const finding of made) {
      const judged = this.#excuse(finding);
      const known = this.#made.get(finding.key);
      if (known === undefined || known.level < judged.level) this.#made.set(finding.key, judged);
      if (judged.suppressed.length === 0) broken.push(judged);
    }
    const keys = [...new Set(broken.map(({ key }) => key))].sort(byCodeUnit);
    return { message: summary(broken, ({ title }) => title ?? ''), findings: keys };
  }
}

function isOpenVulnerability({ kind, suppressed }: Finding): boolean {
  return kind === 'vulnerability' && suppressed.length === 0;
}

/** Set-id, or writable by all: what is listed beyond that is there for the rules that ask for it. */
function isNotable({ mode, type }: FileFact): boolean {
  const bits = Number.parseInt(mode, 8);
  return (bits & 0o002) !== 0 || (type !== 'directory' && (bits & 0o6000) !== 0);
}

const nothing = { message: null, findings: [] } as const;

/** One finding for each vulnerability, the worst. */
function distinct(findings: readonly Finding[]): readonly Finding[] {
  const worst = new Map<string, Finding>();
  for (const finding of findings) {
    if (finding.kind !== 'vulnerability') continue;
    const known = worst.get(finding.id);
    if (known === undefined || known.level < finding.level) worst.set(finding.id, finding);
  }
  return [...worst.values()];
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
