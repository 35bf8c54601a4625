import type { SecretKind } from '../secret-kind.ts';

const end = '(?![\\w+/-])';
const names = [
  'password',
  'passwd',
  'passphrase',
  'secret',
  'token',
  'api_key',
  'apikey',
  'api-key',
  'access_key',
  'private_key',
  'auth_key',
  'credentials',
];
/** What follows the name, up to the value; the name of a file has a digest as its value: `"secrets.ts": "5ab2…"`. */
const rest =
  '(?![\\w.-]{0,20}\\.(?:[cm]?[jt]sx?|json|css|html?|py|rb|go|rs|php|java|svg|png|vue|map|ya?ml|txt|md)["\']?[ \\t]*:)[\\w.-]{0,24}["\'\\]]{0,2}[ \\t]{0,4}(?:=>|:=|=|:)[ \\t]{0,4}';

/** What no form gives away: passwords in URLs and in what is called a password. */
export const genericKinds: readonly SecretKind[] = [
  {
    id: 'database-url',
    title: 'database URL with a password',
    severity: 'High',
    keywords: [
      'postgres://',
      'postgresql://',
      'mysql://',
      'mysql2://',
      'mariadb://',
      'mongodb://',
      'mongodb+srv://',
      'redis://',
      'rediss://',
      'amqp://',
      'amqps://',
      'mssql://',
      'sqlserver://',
      'clickhouse://',
      'cockroachdb://',
      'postgresql+psycopg2://',
      'mysql+pymysql://',
      'postgresql+asyncpg://',
      'ldap://',
      'ldaps://',
    ],
    pattern: /[a-z0-9+]{4,24}:\/\/[^\s:@/"'`<>{}$]{0,64}:([^\s:@/"'`<>{}$]{3,128})@[\w.[\]-]{1,253}/iy,
    wordStart: false,
    broad: true,
    window: 520,
    shown: 0,
  },
  {
    id: 'url-password',
    title: 'URL with a password',
    severity: 'Medium',
    keywords: ['https://', 'http://', 'ftp://', 'sftp://'],
    pattern:
      /(?:https?|s?ftp):\/\/[^\s:@/"'`<>{}$#?,()]{1,64}:([^\s:@/"'`<>{}$#?,()\\]{6,128})@[\w-]{1,63}\.[\w.-]{2,253}/iy,
    wordStart: false,
    broad: true,
    entropy: 2.5,
    window: 520,
    shown: 0,
  },
  {
    id: 'environment-secret',
    title: 'secret in a variable or option',
    severity: 'High',
    keywords: [...names, 'accesskey', 'privatekey', 'passwort', '_pwd', '_pass'],
    pattern: new RegExp(
      `(?:${names.join('|')}|accesskey|privatekey|passwort|_pwd|_pass)["' \\t]{0,2}[=:][ \\t]{0,2}["']?([^\\s"']{4,400})`,
      'iy',
    ),
    wordStart: false,
    configuration: true,
    genuine: (value) => !/^(?:\d{1,5}|\d+[smhdkMG]?)$/.test(value),
    onlyGenuine: true,
    broad: true,
    assigned: true,
    window: 500,
    shown: 0,
  },
  {
    id: 'env-file-secret',
    title: 'secret in an environment file',
    severity: 'High',
    keywords: [...names, 'passwort', '_pass', '_pwd', '_key'],
    pattern: new RegExp(`(?:${names.join('|')}|_pass|_pwd|_key)[ \\t]{0,2}=[ \\t]{0,2}["']?([^\\s"'#]{6,300})`, 'iy'),
    wordStart: false,
    paths:
      /(?:^|\/)(?:\.env(?:\.(?!example|sample|template|dist|defaults)[\w.-]+)?|(?!example|sample|template)[\w.-]+\.env(?:\.(?:bak|old|orig|save|local|prod\w*|dev\w*|stag\w*))?)$/,
    broad: true,
    assigned: true,
    window: 400,
    shown: 0,
  },
  {
    id: 'config-file-secret',
    title: 'secret in a configuration file',
    severity: 'Medium',
    keywords: names,
    pattern: new RegExp(`(?:${names.join('|')})${rest}["']?([\\w+/=.!@#%^&*~-]{12,200})["']?(?=[\\s,;}<]|$)`, 'iy'),
    wordStart: false,
    paths: /\.(?:ya?ml|json|ini|conf|cfg|cnf|properties|toml|tfvars|config)$|(?:^|\/)(?:credentials|config)$/,
    entropy: 3.5,
    genuine: looksRandom,
    onlyGenuine: true,
    broad: true,
    assigned: true,
    shown: 0,
  },
  {
    id: 'source-secret',
    title: 'secret in source code',
    severity: 'Medium',
    keywords: names,
    pattern: new RegExp(`(?:${names.join('|')})${rest}["']([A-Za-z0-9+/=_-]{20,200})["']${end}`, 'iy'),
    wordStart: false,
    paths: /\.(?:[cm]?[jt]s|jsx|tsx|py|rb|php|go|java|kt|cs|sh|bash|pl|rs|scala|groovy|gradle|ps1|sql)$/,
    entropy: 4,
    genuine: looksRandom,
    onlyGenuine: true,
    broad: true,
    assigned: true,
    shown: 0,
  },
];

/** Digits among letters, and no words that are joined: `k8jQ2…`, not `session-token-header-2`. */
function looksRandom(value: string): boolean {
  if (!/\d/.test(value) || !/[A-Za-z]/.test(value)) return false;
  if (/^(?:[A-Za-z]{2,}|\d{1,6})(?:[-_./:=][A-Za-z]{2,}|[-_./:=]\d{1,6}){1,20}$/.test(value)) return false;
  // a name in some language: one change between letters and digits for every eight characters is more than names have
  const changes = value.match(/[A-Za-z](?=\d)|\d(?=[A-Za-z])/g)?.length ?? 0;
  return changes >= Math.max(2, value.length / 10);
}
