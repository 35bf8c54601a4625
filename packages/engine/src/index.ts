/**
 * The public names of the engine. Import from here; nothing else is stable. The package has no side effects, so a bundler
 * takes along only what is used.
 */
export { type BuildProgress, buildDatabase } from './advisories/build-database.ts';
export { collectGarbage } from './advisories/collect-garbage.ts';
export { pullCatalog } from './advisories/copy-catalog.ts';
export { databaseStatus } from './advisories/database-status.ts';
export { type CatalogDiff, diffCatalogs } from './advisories/diff-catalogs.ts';
export type { CatalogSigners } from './advisories/distribution/catalog-signature.ts';
export { pushCatalog } from './advisories/distribution/push-catalog.ts';
export { type Severity, severities } from './advisories/types.ts';
export { updateDatabase } from './advisories/update-database.ts';
export { type Attestation, attest } from './attest/attest.ts';
export type { KeylessSigner } from './attest/keyless.ts';
export { type LookedAt, type Verification, verifyImage } from './attest/verify-image.ts';
export { type CopyReport, type JudgedImage, openPromotion, type Promotion } from './copy/promotion.ts';
export { archivePath } from './image/archive-path.ts';
export type { RegistryOptions } from './image/types.ts';
export type { LayerStore } from './inventory/layer-analyser.ts';
export { type FileStore, openLayerCache } from './inventory/layer-cache.ts';
export { type FactName, factNames } from './inventory/types.ts';
export { removeAbandoned, writerMark } from './inventory/unfinished-files.ts';
export { ratingSources } from './matching/severity.ts';
export { type FindingKind, findingKinds } from './matching/types.ts';
export { type Baseline, baselineOf } from './policy/baseline.ts';
export { readPolicyCases } from './policy/cases/case-file.ts';
export type { CaseOutcome } from './policy/cases/judge-case.ts';
export { type CheckedException, checkExceptions } from './policy/check-exceptions.ts';
export { type CheckedPolicy, checkPolicy } from './policy/check-policy.ts';
export { gateClosingCodes } from './policy/completeness.ts';
export { PolicyError } from './policy/error.ts';
export type { ExceptionFile } from './policy/exception.ts';
export { defaultLapsingDays } from './policy/exception-match.ts';
export { failOnPolicy } from './policy/fail-on.ts';
export { shallowLexemes } from './policy/flow-nesting.ts';
export { loadPolicy } from './policy/load-policy.ts';
export { loadPolicyMap } from './policy/load-policy-map.ts';
export { nearestName, suggestion } from './policy/nearest.ts';
export { loadPack, packDigest, packNames } from './policy/packs.ts';
export { setParameters } from './policy/parameters.ts';
export type { Policy } from './policy/policy-file.ts';
export { isPolicyMap, type PolicyMap } from './policy/policy-map.ts';
export { pruneExceptions } from './policy/prune-exceptions.ts';
export { readContainers } from './policy/read-containers.ts';
export { readExceptions } from './policy/read-exceptions.ts';
export { prepareRegularExpressions } from './policy/regular-expressions.ts';
export { readVex } from './policy/vex/read-vex.ts';
export type { VexFile } from './policy/vex/vex-statement.ts';
export { writeExceptions } from './policy/write-exceptions.ts';
export { callApi } from './registry/call-api.ts';
export { ImageError } from './registry/error.ts';
export { parseRegistryReference } from './registry/registry-reference.ts';
export { byteChunks } from './report/byte-chunks.ts';
export { clairTable } from './report/clair-table.ts';
export { differenceJson, differenceText } from './report/difference-text.ts';
export { explanationJson, explanationsJson } from './report/explanation-json.ts';
export { explanationText } from './report/explanation-text.ts';
export { formats } from './report/formats.ts';
export { inventoryFormats } from './report/inventory-formats.ts';
export { githubAnnotations } from './report/job/github-annotations.ts';
export { jobScreen } from './report/job/job-screen.ts';
export { policyExplanationJson, policyExplanationText } from './report/policy-explanation-text.ts';
export {
  type ProgressState,
  progressLine,
  progressMessages,
  startProgress,
  withLayer,
  withShards,
} from './report/progress.ts';
export { safeText } from './report/safe-text.ts';
export { countVulnerabilities } from './report/shown-findings.ts';
export { TemplateError } from './report/template/parse-template.ts';
export { templateFormat } from './report/template.ts';
export type { InventoryFormat, ReportFormat, ReportOptions, ShowOptions } from './report/types.ts';
export { vexDocument, vexFormats } from './report/vex/vex-documents.ts';
export { differenceOf } from './result/difference.ts';
export { platformResults } from './result/platform-results.ts';
export { ResultError, type StoredResults } from './result/read-result.ts';
export { readResultFile } from './result/read-result-file.ts';
export type { InventoryResult, PlatformResults, ScanResult } from './result/types.ts';
export { explain } from './scan/explain/explain.ts';
export { explainPolicy } from './scan/explain/explain-policy.ts';
export { judgePolicyCases } from './scan/judge-policy-cases.ts';
export {
  catalogDigest,
  type KeptReports,
  keepFacts,
  ReportKeeper,
  recallFacts,
  recallReports,
  reportsKey,
} from './scan/kept-reports.ts';
export type { ClamdAddress } from './scan/malware/clamd-client.ts';
export { listImage, listOpened, listPlatforms, type OpenSubject, openSubject } from './scan/read-subject.ts';
export { lackingFacts, type ReplayAdvisories, replay } from './scan/replay/replay.ts';
export type {
  AdvisorySource,
  MappedPolicies,
  ScanProgress,
  ScanRequest,
  SubjectRequest,
  WithDigest,
} from './scan/request.ts';
export { type OpenedScan, scanImage, scanOpened, scanPlatforms } from './scan/scan-image.ts';
export { archiveIdentity, archiveKey, keepSubjectKey, recallSubjectKey } from './scan/unchanged-archive.ts';
export { keyName, readTrustedRoot, type Trust } from './signing/check-signer.ts';
export { checkVectors } from './versions/check-vectors.ts';
export { compareVersions } from './versions/compare-versions.ts';
export { schemes } from './versions/schemes.ts';
export { inVers } from './versions/vers/in-vers.ts';
export { formatVers, parseVers, readVers } from './versions/vers/parse-vers.ts';
export type { Vers } from './versions/vers/vers-constraints.ts';
export { VersError } from './versions/vers/vers-error.ts';
export { versFromNative } from './versions/vers/vers-from-native.ts';
