import { endsWithCrc } from '../checksums.ts';
import { alphanumeric, assigned, begun, type SecretKind, token } from '../secret-kind.ts';

/** Tokens of source control, continuous integration and package registries. */
export const sourceControlKinds: readonly SecretKind[] = [
  token('github-token', 'GitHub token', 'Critical', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], '[A-Za-z0-9]{36}', {
    genuine: endsWithCrc,
  }),
  token('github-fine-grained-token', 'GitHub fine-grained token', 'Critical', 'github_pat_', '\\w{82}', {
    entropy: 3.5,
  }),
  token(
    'gitlab-pat',
    'GitLab personal access token',
    'Critical',
    'glpat-',
    '[\\w-]{20,300}(?:\\.[0-9a-z]{2}\\.[0-9a-z]{9})?',
  ),
  token('gitlab-deploy-token', 'GitLab deploy token', 'Critical', 'gldt-', '[\\w-]{20,64}'),
  token('gitlab-runner-token', 'GitLab runner token', 'Critical', 'glrt-', '[\\w-]{20,64}'),
  token('gitlab-runner-registration-token', 'GitLab runner registration token', 'Critical', 'GR1348941', '[\\w-]{20}'),
  token('gitlab-ci-job-token', 'GitLab CI job token', 'High', 'glcbt-', '[\\w]{1,5}_[\\w-]{20,64}'),
  token('gitlab-trigger-token', 'GitLab trigger token', 'High', 'glptt-', '[0-9a-f]{40}'),
  token('gitlab-agent-token', 'GitLab agent token', 'High', 'glagent-', '[\\w-]{50,1024}', { window: 1100 }),
  token('gitlab-oauth-secret', 'GitLab OAuth application secret', 'High', 'gloas-', '[\\w-]{64}'),
  token('gitlab-feed-token', 'GitLab feed token', 'Medium', 'glft-', '[\\w-]{20,64}'),
  token('gitlab-incoming-mail-token', 'GitLab incoming mail token', 'Medium', 'glimt-', '[\\w-]{25}'),
  token('gitlab-scim-token', 'GitLab SCIM token', 'High', 'glsoat-', '[\\w-]{20,64}'),
  token('bitbucket-token', 'Bitbucket token', 'High', ['ATBB', 'ATCTT3xFfGN0'], '[\\w=-]{24,250}', {
    entropy: 3.5,
    window: 300,
  }),
  assigned('bitbucket-client-secret', 'Bitbucket client secret', 'High', ['bitbucket'], '[\\w=-]{32,64}', {
    entropy: 4,
  }),
  token('gitea-token', 'Gitea OAuth token', 'High', 'gto_', '[a-z0-9]{50,60}', { entropy: 3.5 }),
  token('circleci-token', 'CircleCI token', 'High', ['CCIPAT_', 'CCIPRJ_'], '[A-Za-z0-9]{22}_[a-f0-9]{40}'),
  assigned('circleci-legacy-token', 'CircleCI token (old form)', 'High', ['circleci', 'circle_token'], '[a-f0-9]{40}'),
  assigned(
    'travis-token',
    'Travis CI token',
    'High',
    ['travis_token', 'travis_api_token', 'travis_ci'],
    '[\\w-]{20,22}',
    {
      entropy: 3.5,
    },
  ),
  assigned('jenkins-token', 'Jenkins API token', 'High', ['jenkins'], '(?:11[0-9a-f]{32}|[0-9a-f]{32})'),
  assigned('drone-token', 'Drone CI token', 'High', ['drone_token', 'droneci'], '[A-Za-z0-9]{32}', { entropy: 3.5 }),
  token('buildkite-token', 'Buildkite token', 'High', ['bkua_', 'bkaj_', 'bkpi_'], '[a-f0-9]{40}'),
  assigned(
    'codecov-token',
    'Codecov token',
    'Medium',
    ['codecov'],
    '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  ),
  token('sonar-token', 'SonarQube token', 'High', ['sqp_', 'squ_', 'sqa_'], '[a-f0-9]{40}'),
  token('sourcegraph-token', 'Sourcegraph token', 'High', 'sgp_', '(?:[a-fA-F0-9]{16}_|local_)?[a-fA-F0-9]{40}'),
  token('snyk-token', 'Snyk token', 'High', 'snyk_', '(?:uat|sat)\\.[a-z0-9]{8}\\.[\\w-]{40,200}\\.[\\w.-]{10,200}', {
    window: 500,
  }),
  token('npm-token', 'npm access token', 'Critical', 'npm_', '[A-Za-z0-9]{36}', { genuine: endsWithCrc }),
  token(
    'pypi-token',
    'PyPI upload token',
    'Critical',
    ['pypi-AgEIcHlwaS5vcmc', 'pypi-AgENdGVzdC5weXBpLm9yZ'],
    '[\\w-]{50,1000}',
    {
      window: 1100,
    },
  ),
  token('rubygems-key', 'RubyGems API key', 'Critical', 'rubygems_', '[a-f0-9]{48}'),
  token('crates-token', 'crates.io token', 'Critical', 'cioA', '[A-Za-z0-9]{31}', { entropy: 3.5 }),
  token('nuget-key', 'NuGet API key', 'Critical', begun('oy2', alphanumeric), '[a-z0-9]{43}', {
    entropy: 3.5,
  }),
  token('docker-hub-token', 'Docker Hub token', 'Critical', ['dckr_pat_', 'dckr_oat_'], '[\\w-]{27,32}'),
  assigned('packagist-token', 'Packagist token', 'High', ['packagist'], '(?:packagist_[ou]rt_)?[a-f0-9]{60,80}'),
  token(
    'packagist-org-token',
    'Private Packagist token',
    'High',
    ['packagist_ort_', 'packagist_out_', 'packagist_uut_'],
    '[a-f0-9]{68,80}',
  ),
  token('artifactory-key', 'JFrog Artifactory API key', 'High', 'AKCp', '[A-Za-z0-9]{69}', { entropy: 4 }),
  token('artifactory-reference-token', 'JFrog reference token', 'High', 'cmVmdGtu', '[A-Za-z0-9]{56}', {
    entropy: 3.5,
  }),
  token('clojars-token', 'Clojars deploy token', 'High', 'CLOJARS_', '[a-z0-9]{60}'),
  token('hex-key', 'Hex.pm key', 'High', 'hex_', '[a-f0-9]{32}', { broad: true }),
];
