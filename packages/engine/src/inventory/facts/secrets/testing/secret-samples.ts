import { bech32ChecksumOf, crcOf, crcOfGrafana } from '../checksums.ts';

/*
 * Made-up secrets of every kind, put together when a test runs: no file of the project holds the form of a token.
 * Alphabets are drawn from by a fixed sequence, so that every run sees the same.
 */

export interface Sample {
  /** what a file would hold */
  readonly text: string;
  readonly secret: string;
  /** the same text with something that is almost, and not, such a secret */
  readonly miss: string;
  readonly path?: string;
}

const digits = '0123456789';
const hex = `${digits}abcdef`;
const lower = 'abcdefghijklmnopqrstuvwxyz';
const upper = lower.toUpperCase();
const base62 = digits + upper + lower;
const word = `${base62}_-`;
const base32 = `${upper}234567`;

let state = 1;

export function random(alphabet: string, length: number): string {
  let text = '';
  while (text.length < length) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    text += alphabet[(state >> 8) % alphabet.length];
  }
  // a hyphen at an end would be no end, and a digit and a letter side by side make any check of looks content
  return text.replace(/^[-_]|[-_]$/g, 'k');
}

function uuid(): string {
  return [8, 4, 4, 4, 12].map((length) => random(hex, length)).join('-');
}

/** A token as such; cut by one character it is none. */
function token(...parts: readonly string[]): Sample {
  const secret = parts.join('');
  return { text: `use ${secret} for it\n`, secret, miss: `use ${secret.slice(0, -1)} for it, or x${secret}\n` };
}

/** A value that is assigned to a name; a shorter one, and a variable that stands for it, are none. */
function assigned(name: string, ...parts: readonly string[]): Sample {
  const secret = parts.join('');
  const miss = `${name} = "${secret.slice(0, -1)}"\n${name} = "\${SECRET}"\n${name} is ${secret}\n`;
  return { text: `${name} = "${secret}"\n`, secret, miss };
}

function ageKey(): string {
  const key = ['AGE-SECRET-', 'KEY-1', random('QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L', 52)].join('');
  return key + bech32ChecksumOf(key).toUpperCase();
}

function grafanaToken(): string {
  const begin = ['gl', 'sa_', random(base62, 32)].join('');
  return `${begin}_${crcOfGrafana(begin)}`;
}

function inFile(path: string, text: (secret: string) => string, secret: string): Sample {
  return { text: text(secret), secret, miss: text(['$', '{TOKEN}'].join('')), path };
}

function begins(...parts: readonly string[]): string {
  return parts.join('');
}

function pem(label: string): Sample {
  const lines = Array.from({ length: 6 }, () => random(`${base62}+/`, 64)).join('\n');
  const [begin, end] = ['BEGIN', 'END'].map((edge) => `-----${edge} ${label}-----`);
  return { text: `${begin}\n${lines}\n${end}\n`, secret: lines, miss: `${begin}\n...\n${end}\n` };
}

const crcToken = (prefix: string): Sample => {
  const body = random(base62, 30);
  const secret = `${prefix}${body}${crcOf(body)}`;
  return { text: `token ${secret}\n`, secret, miss: `token ${prefix}${'x'.repeat(36)} ${secret.slice(0, -1)}\n` };
};

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = () =>
  [base64url({ alg: 'RS256', typ: 'JWT' }), base64url({ sub: 'build', name: 'builder' }), random(word, 86)].join('.');
const noJwt = () =>
  [base64url({ alg: 1, typ: 'JWT' }), base64url({ sub: 'build', name: 'builder' }), random(word, 86)].join('.');

/** By id of the kind. */
export function secretSamples(): Readonly<Record<string, readonly Sample[]>> {
  state = 20;
  const key40 = random(base62, 40);
  const web = jwt();
  return {
    'private-key': [
      'PRIVATE KEY',
      'RSA PRIVATE KEY',
      'EC PRIVATE KEY',
      'DSA PRIVATE KEY',
      'OPENSSH PRIVATE KEY',
      'ENCRYPTED PRIVATE KEY',
      'PGP PRIVATE KEY BLOCK',
      'SSH2 ENCRYPTED PRIVATE KEY',
    ].map(pem),
    'putty-private-key': [
      {
        text: `PuTTY-User-Key-File-3: ssh-rsa\r\nEncryption: none\r\nComment: x\r\n`,
        secret: 'none',
        miss: 'PuTTY-User-Key-File-3: or -2\n',
      },
    ],
    'age-secret-key': [token(ageKey())],
    jwt: [{ text: `Bearer ${web}\n`, secret: web, miss: `Bearer ${noJwt()}\n` }],
    'npmrc-auth': [
      inFile('root/.npmrc', (value) => `//registry.example.org/:_authToken=${value}\n`, random(base62, 36)),
    ],
    'yarnrc-auth': [inFile('app/.yarnrc.yml', (value) => `npmAuthToken: "${value}"\n`, random(base62, 36))],
    'netrc-password': [
      inFile('root/.netrc', (value) => `machine a.example login me password ${value}\n`, random(base62, 12)),
    ],
    'pypirc-password': [
      inFile('root/.pypirc', (value) => `[pypi]\nusername = me\npassword = ${value}\n`, random(base62, 12)),
    ],
    'git-credentials': [
      inFile('root/.git-credentials', (value) => `https://me:${value}@git.example.org\n`, random(base62, 12)),
    ],
    'docker-auth': [
      inFile(
        'root/.docker/config.json',
        (value) => `{"auths": {"r.example": {"auth": "${value}"}}}`,
        Buffer.from(`me:${random(base62, 12)}`).toString('base64'),
      ),
    ],
    'kubeconfig-key': [
      inFile(
        'root/.kube/config',
        (value) => `users:\n- user:\n    client-key-data: ${value}\n`,
        Buffer.from(pem('RSA PRIVATE KEY').text).toString('base64'),
      ),
    ],
    'kubeconfig-token': [
      inFile('root/.kube/config', (value) => `users:\n- user:\n    token: ${value}\n`, random(base62, 32)),
    ],
    'kubernetes-service-token': [
      { ...inFile('run/secrets/kubernetes.io/serviceaccount/token', (value) => value, jwt()), miss: 'eyJhbGciOi' },
    ],
    'maven-password': [
      inFile('root/.m2/settings.xml', (value) => `<server><password>${value}</password></server>`, random(base62, 12)),
    ],
    'nuget-config-password': [
      inFile('root/NuGet.Config', (value) => `<add key="ClearTextPassword" value="${value}" />`, random(base62, 12)),
    ],
    'pgpass-password': [inFile('root/.pgpass', (value) => `db.example:5432:*:me:${value}\n`, random(base62, 12))],
    'mysql-password': [inFile('root/.my.cnf', (value) => `[client]\npassword = ${value}\n`, random(base62, 12))],
    'composer-auth': [
      inFile(
        'root/.composer/auth.json',
        (value) => `{"http-basic": {"r": {"password": "${value}"}}}`,
        random(base62, 12),
      ),
    ],
    'gem-credentials': [
      inFile('root/.gem/credentials', (value) => `---\n:rubygems_api_key: ${value}\n`, random(hex, 32)),
    ],
    'cargo-credentials': [
      inFile('root/.cargo/credentials.toml', (value) => `[registry]\ntoken = "${value}"\n`, random(base62, 32)),
    ],
    'terraform-credentials': [
      inFile('root/.terraformrc', (value) => `credentials "x" {\n  token = "${value}"\n}\n`, random(base62, 32)),
    ],
    'wireguard-private-key': [
      inFile('etc/wireguard/wg0.conf', (value) => `[Interface]\nPrivateKey = ${value}\n`, `${random(base62, 43)}=`),
    ],
    'aws-access-key': ['AKIA', 'ASIA'].map((prefix) => token(prefix, random(base32, 16))),
    'aws-secret-key': [
      assigned('aws_secret_access_key', key40),
      assigned('secretAccessKey', random(`${base62}/+`, 39), 'a'),
    ],
    'aws-session-token': [assigned('aws_session_token', random(base62, 100))],
    'aws-bedrock-key': [token('ABSK', random(base62, 109))],
    'aws-mws-key': [{ ...assigned('amzn.mws.key', uuid()) }],
    'gcp-api-key': [token('AI', 'za', random(word, 35))],
    'gcp-oauth-secret': [token('GOCSPX', '-', random(word, 28))],
    'gcp-oauth-token': [token('ya29', '.', random(word, 60))],
    'gcp-service-account': [
      {
        text: `{"type": "service_account", "private_key_id": "${random(hex, 40)}"}`,
        secret: '',
        miss: '{"private_key_id": "abc"}',
      },
    ],
    'azure-storage-key': [assigned('AccountKey', random(base62, 86), '==')],
    'azure-shared-access-key': [assigned('SharedAccessKey', random(base62, 43), '=')],
    'azure-sas-token': [
      {
        text: `https://a.example/c?sv=2024&sig=${random(base62, 43)}%3D`,
        secret: '',
        miss: 'https://a.example/c?sig=abc%3D',
      },
    ],
    'azure-ad-client-secret': [token(random(base62, 3), '8Q', '~', random(base62, 31))],
    'azure-devops-token': [token(random(base62, 76), 'AZ', 'DO', random(base62, 4))],
    'digitalocean-token': [token('dop', '_v1_', random(hex, 64))],
    'heroku-api-key': [assigned('HEROKU_API_KEY', uuid())],
    'heroku-token': [token('HRKU', '-AA', random(word, 58))],
    'alibaba-access-key': [token('LT', 'AI', random(base62, 17))],
    'alibaba-secret-key': [assigned('aliyun_secret', random(base62, 30))],
    'tencent-secret-id': [token('AK', 'ID', random(base62, 32))],
    'ibm-cloud-key': [assigned('ibmcloud_api_key', random(base62, 44))],
    'yandex-key': [token('AQ', 'VN', random(base62, 35))],
    'linode-token': [assigned('linode_token', random(hex, 64))],
    'vultr-key': [assigned('vultr_api_key', random(digits + upper, 36))],
    'hetzner-token': [assigned('HCLOUD_TOKEN', random(base62, 64))],
    'scaleway-secret': [assigned('SCW_SECRET_KEY', uuid())],
    'ovh-secret': [assigned('ovh_application_secret', random(base62, 32))],
    'fly-token': [token('fm2', '_', random(base62, 100))],
    'netlify-token': [assigned('netlify_auth_token', random(base62, 40))],
    'netlify-pat': [token('nfp', '_', random(base62, 36))],
    'vercel-token': [assigned('vercel_token', random(base62, 24))],
    'supabase-token': [token('sbp', '_', random(hex, 40))],
    'planetscale-token': [token('pscale', '_tkn_', random(base62, 32))],
    'render-key': [token('rnd', '_', random(base62, 28))],
    'github-token': ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map(crcToken),
    'github-fine-grained-token': [token('github', '_pat_', random(base62, 22), '_', random(base62, 59))],
    'gitlab-pat': [token('gl', 'pat-', random(word, 20))],
    'gitlab-deploy-token': [token('gl', 'dt-', random(word, 20))],
    'gitlab-runner-token': [token('gl', 'rt-', random(word, 20))],
    'gitlab-runner-registration-token': [token('GR134', '8941', random(word, 20))],
    'gitlab-ci-job-token': [token('gl', 'cbt-', '64_', random(word, 20))],
    'gitlab-trigger-token': [token('gl', 'ptt-', random(hex, 40))],
    'gitlab-agent-token': [token('gl', 'agent-', random(word, 50))],
    'gitlab-oauth-secret': [token('gl', 'oas-', random(word, 64))],
    'gitlab-feed-token': [token('gl', 'ft-', random(word, 20))],
    'gitlab-incoming-mail-token': [token('gl', 'imt-', random(word, 25))],
    'gitlab-scim-token': [token('gl', 'soat-', random(word, 20))],
    'bitbucket-token': [token('AT', 'BB', random(base62, 24))],
    'bitbucket-client-secret': [assigned('bitbucket_secret', random(base62, 32))],
    'gitea-token': [token('gt', 'o_', random(lower + digits, 50))],
    'circleci-token': [token('CCI', 'PAT_', random(base62, 22), '_', random(hex, 40))],
    'circleci-legacy-token': [assigned('CIRCLE_TOKEN', random(hex, 40))],
    'travis-token': [assigned('TRAVIS_TOKEN', random(base62, 20))],
    'jenkins-token': [
      assigned('jenkins_api_token', '11', random(hex, 32)),
      assigned('jenkins_token', 'a', random(hex, 31)),
    ],
    'drone-token': [assigned('DRONE_TOKEN', random(base62, 32))],
    'buildkite-token': [token('bk', 'ua_', random(hex, 40))],
    'codecov-token': [assigned('CODECOV_TOKEN', uuid())],
    'sonar-token': [token('sq', 'p_', random(hex, 40))],
    'sourcegraph-token': [token('sg', 'p_', random(hex, 40))],
    'snyk-token': [token('snyk', '_uat.', random(lower, 8), '.', random(base62, 40), '.', random(base62, 10))],
    'npm-token': [crcToken('npm_')],
    'pypi-token': [token('pypi-', 'AgEIcHlwaS5vcmc', random(word, 50))],
    'rubygems-key': [token('ruby', 'gems_', random(hex, 48))],
    'crates-token': [token('ci', 'oA', random(base62, 31))],
    'nuget-key': [token('oy', '2', random(`${lower}234567`, 43))],
    'docker-hub-token': [token('dckr', '_pat_', random(word, 27))],
    'packagist-token': [assigned('packagist_token', random(hex, 60))],
    'packagist-org-token': [token('packagist', '_ort_', random(hex, 68))],
    'artifactory-key': [token('AK', 'Cp', random(base62, 69))],
    'artifactory-reference-token': [token('cmVm', 'dGtu', random(base62, 56))],
    'clojars-token': [token('CLO', 'JARS_', random(lower + digits, 60))],
    'hex-key': [token('he', 'x_', random(hex, 32))],
    'slack-token': ['b', 'p'].map((letter) => token('xox', letter, '-', random(digits, 12), random(base62, 8))),
    'slack-app-token': [token('xa', 'pp-', '1-', random(upper, 10), '-', random(digits, 12), '-', random(hex, 32))],
    'slack-webhook': [
      {
        text: begins(
          'https://hooks.slack',
          '.com/services/T',
          random(upper, 8),
          '/B',
          random(upper, 8),
          '/',
          random(base62, 24),
        ),
        secret: '',
        miss: 'https://hooks.slack.com/services/T000/B000/xyz',
      },
    ],
    'discord-webhook': [
      {
        text: begins('https://discord', '.com/api/webhooks/', random('123456789', 18), '/', random(word, 68)),
        secret: '',
        miss: 'https://discord.com/api/webhooks/123/abc',
      },
    ],
    'discord-bot-token': [
      assigned('DISCORD_TOKEN', 'M', random(base62, 23), '.', random(base62, 6), '.', random(base62, 27)),
    ],
    'telegram-bot-token': [
      { ...token(random('123456789', 9), ':', 'AA', random(base62, 33)), miss: '12345678:AA-too-short' },
    ],
    'teams-webhook': [
      {
        text: begins(
          'https://x.webhook',
          '.office.com/webhookb2/',
          uuid(),
          '@',
          uuid(),
          '/IncomingWebhook/',
          random(hex, 32),
          '/',
          uuid(),
        ),
        secret: '',
        miss: 'https://x.webhook.office.com/webhookb2/abc',
      },
    ],
    'mattermost-token': [assigned('mattermost_token', random(lower + digits, 26))],
    'twitter-bearer-token': [assigned('twitter_bearer', 'A'.repeat(22), random(base62, 80))],
    'facebook-token': [token('EA', 'AC', random(base62, 90))],
    'facebook-secret': [assigned('facebook_secret', random(hex, 32))],
    'twilio-key': [token('S', 'K', random(hex, 32))],
    'twilio-auth-token': [assigned('TWILIO_AUTH_TOKEN', random(hex, 32))],
    'sendgrid-key': [token('S', 'G.', random(word, 22), '.', random(word, 43))],
    'mailgun-key': [assigned('mailgun_api_key', 'key-', random(hex, 32))],
    'mailchimp-key': [assigned('mailchimp_key', random(hex, 32), '-us1')],
    'postmark-token': [assigned('postmark_token', uuid())],
    'brevo-key': [token('xkey', 'sib-', random(hex, 64), '-', random(base62, 16))],
    'sparkpost-key': [assigned('sparkpost_api_key', random(hex, 40))],
    'resend-key': [token('re', '_', random(base62, 8), '_', random(base62, 24))],
    'mailjet-secret': [assigned('mailjet_secret', random(hex, 32))],
    'stripe-key': [token('sk_', 'live_', random(base62, 24))],
    'stripe-test-key': [token('sk_', 'test_', random(base62, 24))],
    'stripe-webhook-secret': [token('wh', 'sec_', random(base62, 32))],
    'square-token': [token('EA', 'AAE', random(base62, 59))],
    'square-secret': [token('sq0', 'csp-', random(word, 22))],
    'paypal-token': [token('access_token$', 'production$', random(lower + digits, 16), '$', random(hex, 32))],
    'paypal-secret': [assigned('paypal_client_secret', random(base62, 80))],
    'shopify-token': [token('shp', 'at_', random(hex, 32))],
    'plaid-secret': [assigned('PLAID_SECRET', random(hex, 30))],
    'plaid-token': [token('access', '-production-', uuid())],
    'razorpay-key': [token('rzp', '_live_', random(base62, 14))],
    'flutterwave-key': [token('FLW', 'SECK_', random(base62, 12))],
    'adyen-key': [token('AQ', 'E', random(base62, 120))],
    'coinbase-secret': [assigned('coinbase_secret', random(base62, 64))],
    'easypost-key': [token('EZ', 'AK', random(base62, 54))],
    'shippo-token': [token('shippo', '_live_', random(hex, 40))],
    'duffel-token': [token('duffel', '_live_', random(word, 43))],
    'notion-token': [token('nt', 'n_', random(digits, 11), random(base62, 35))],
    'linear-key': [token('lin', '_api_', random(base62, 40))],
    'airtable-token': [token('pa', 't', random(base62, 14), '.', random(hex, 64))],
    'atlassian-token': [token('ATA', 'TT3', random(base62, 180))],
    'jira-token': [assigned('JIRA_API_TOKEN', random(base62, 24))],
    'asana-token': [assigned('asana_token', random(hex, 32))],
    'figma-token': [token('fi', 'gd_', random(word, 40))],
    'trello-token': [assigned('trello_token', random(hex, 64))],
    'zendesk-token': [assigned('zendesk_token', random(base62, 40))],
    'hubspot-key': [assigned('hubspot_api_key', uuid())],
    'hubspot-token': [token('pat', '-na1-', uuid())],
    'intercom-token': [assigned('intercom_token', random(base62, 60))],
    'contentful-token': [token('CF', 'PAT-', random(word, 43))],
    'typeform-token': [token('tf', 'p_', random(base62, 44))],
    'dropbox-token': [assigned('dropbox_token', 'sl.', random(base62, 130))],
    'okta-token': [assigned('okta_token', '00', random(base62, 40))],
    'auth0-secret': [assigned('auth0_client_secret', random(base62, 64))],
    'onepassword-token': [token('ops', '_eyJ', random(base62, 250))],
    'postman-key': [token('PM', 'AK-', random(hex, 24), '-', random(hex, 34))],
    'readme-key': [token('rd', 'me_', random(lower + digits, 70))],
    'clickup-token': [token('p', 'k_', random('123456789', 8), '_', random(upper, 32))],
    'openai-key': [token('sk', '-proj-', random(base62, 20), 'T3Blbk', 'FJ', random(base62, 20))],
    'anthropic-key': [token('sk-', 'ant-api', '03-', random(base62, 80))],
    'huggingface-token': [token('h', 'f_', random(upper + lower, 34))],
    'huggingface-org-token': [token('api', '_org_', random(upper + lower, 34))],
    'cohere-key': [assigned('cohere_api_key', random(base62, 40))],
    'groq-key': [token('gs', 'k_', random(base62, 52))],
    'xai-key': [token('xa', 'i-', random(base62, 80))],
    'perplexity-key': [token('pp', 'lx-', random(base62, 48))],
    'replicate-token': [token('r', '8_', random(base62, 37))],
    'openrouter-key': [token('sk-', 'or-v1-', random(hex, 64))],
    'mistral-key': [assigned('mistral_api_key', random(base62, 32))],
    'langsmith-key': [token('lsv2', '_pt_', random(hex, 32), '_', random(hex, 10))],
    'wandb-key': [token('wandb', '_v1_', random(base62, 60))],
    'pinecone-key': [token('pc', 'sk_', random(base62, 5), '_', random(base62, 60))],
    'nvidia-key': [token('nv', 'api-', random(base62, 60))],
    'datadog-key': [assigned('DD_API_KEY', random(hex, 32)), assigned('datadog_app_key', random(hex, 40))],
    'new-relic-key': [token('NR', 'AK-', random(base62, 27))],
    'new-relic-browser-key': [token('NR', 'JS-', random(hex, 19))],
    'new-relic-license-key': [assigned('NEW_RELIC_LICENSE_KEY', random(hex, 36), 'NRAL')],
    'grafana-service-account-token': [token(grafanaToken())],
    'grafana-cloud-token': [token('gl', 'c_', random(base62, 32))],
    'grafana-api-key': [token('eyJr', 'Ijoi', random(base62, 70))],
    'sentry-token': [token('sntr', 'ys_', random(base62, 60))],
    'dynatrace-token': [token('dt0', 'c01.', random(base32, 24), '.', random(base32, 64))],
    'honeycomb-key': [assigned('honeycomb_api_key', random(hex, 32))],
    'splunk-hec-token': [assigned('splunk_token', uuid())],
    'pagerduty-key': [assigned('pagerduty_api_key', 'u+', random(base62, 18))],
    'opsgenie-key': [assigned('opsgenie_api_key', uuid())],
    'logfire-token': [token('pylf', '_v', '1_us_', random(base62, 43))],
    'posthog-key': [token('ph', 'x_', random(base62, 43))],
    'vault-token': [token('hv', 's.', random(word, 90))],
    'vault-legacy-token': [assigned('VAULT_TOKEN', 's.', random(base62, 24))],
    'terraform-cloud-token': [token(random(base62, 14), '.atlas', 'v1.', random(base62, 60))],
    'consul-token': [assigned('CONSUL_HTTP_TOKEN', uuid())],
    'nomad-token': [assigned('NOMAD_TOKEN', uuid())],
    'pulumi-token': [token('pu', 'l-', random(hex, 40))],
    'doppler-token': [token('dp.', 'pt.', random(base62, 40))],
    'doppler-service-token': [token('dp.', 'st.', 'dev.', random(base62, 40))],
    'infisical-token': [token('st', '.', uuid(), '.', random(hex, 32), '.', random(hex, 32))],
    'fastly-token': [assigned('fastly_api_token', random(base62, 32))],
    'cloudflare-token': [assigned('CF_API_TOKEN', random(base62, 40))],
    'cloudflare-key': [assigned('cloudflare_api_key', random(hex, 37))],
    'cloudflare-origin-key': [token('v1', '.0-', random(hex, 24), '-', random(hex, 146))],
    'tailscale-key': [token('tskey', '-auth-', random(base62, 11), 'CNTRL-', random(base62, 20))],
    'ngrok-token': [assigned('ngrok_authtoken', random(base62, 27), '_', random(base62, 20))],
    'databricks-token': [token('da', 'pi', random(hex, 32))],
    'confluent-secret': [token('cf', 'lt', random(base62, 60))],
    'snowflake-password': [assigned('SNOWFLAKE_PASSWORD', random(base62, 8))],
    'rootly-key': [token('root', 'ly_', random(hex, 64))],
    'prefect-key': [token('pn', 'u_', random(base62, 36))],
    'scalingo-token': [token('tk', '-us-', random(word, 48))],
    'frameio-token': [token('fio', '-u-', random(word, 64))],
    'octopus-key': [token('AP', 'I-', random(digits + upper, 26))],
    'launchdarkly-key': [token('sd', 'k-', uuid())],
    'harness-token': [token('pa', 't.', random(word, 22), '.', random(hex, 24), '.', random(base62, 20))],
    'rancher-token': [token('tok', 'en-', random(lower, 5), ':', random(lower + digits, 54))],
    'kubeadm-token': [
      {
        text: `kubeadm join 10.0.0.1:6443 --token ${random(lower, 6)}.${random(lower, 16)} --x\n`,
        secret: '',
        miss: 'kubeadm join 10.0.0.1:6443 --token <token>\n',
      },
    ],
    'database-url': ['postgres', 'mysql', 'mongodb+srv', 'redis', 'amqps'].map((scheme) => ({
      text: `${scheme}://shop:${random(base62, 10)}@db.internal/shop`,
      secret: '',
      miss: `${scheme}://shop:password@db.internal/shop ${scheme}://\${USER}:\${PASS}@db ${scheme}://db.internal/shop`,
    })),
    'url-password': [
      {
        text: `https://me:${random(base62, 12)}@git.internal.net/x.git`,
        secret: '',
        miss: 'https://me@git.internal.net/x.git https://git.internal.net:8080/a@b https://user:password@git.internal.net',
      },
    ],
    'env-file-secret': [inFile('srv/.env', (value) => `export DB_PASSWORD="${value}"\n`, 'correct-horse')],
    'config-file-secret': [
      inFile('srv/app.yaml', (value) => `db:\n  password: ${value}\n`, `a1B2${random(base62, 16)}9z8Y`),
    ],
    'source-secret': [inFile('srv/app.py', (value) => `API_KEY = "${value}"\n`, `a1B2c3${random(base62, 24)}9z8Y`)],
  };
}
