// Writes what is made of code into the documentation: docs/reference/result.schema.json, and in any page what stands
// between `<!-- generated: NAME -->` and `<!-- /generated -->`. A test compares the committed pages with fresh ones.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { commands } from '../packages/cli/src/command-table.ts';
import { exitRows } from '../packages/cli/src/compat/tool-help.ts';
import { foreignTools } from '../packages/cli/src/compat/tools.ts';
import { exitCodes } from '../packages/cli/src/exit.ts';
import { variableOf } from '../packages/cli/src/settings.ts';
import { feeds } from '../packages/engine/src/advisories/feeds.ts';
import { distrosWithFeeds } from '../packages/engine/src/advisories/shard-names.ts';
import { defaultReadLimits } from '../packages/engine/src/image/limits.ts';
import { catalogers } from '../packages/engine/src/inventory/catalogers.ts';
import { classifiers as classifierRows } from '../packages/engine/src/inventory/classifier/classifier-table.ts';
import { secretKinds } from '../packages/engine/src/inventory/facts/secrets/kinds.ts';
import { unreadApplications, unreadDatabases } from '../packages/engine/src/inventory/unread/unread-kinds.ts';
import { functions, macros, methods } from '../packages/engine/src/policy/cel-functions.ts';
import { typeName } from '../packages/engine/src/policy/cel-types.ts';
import { gateClosingCodes, incompleteCodes } from '../packages/engine/src/policy/completeness.ts';
import { futureScopes, scopeVariables, supportedScopes } from '../packages/engine/src/policy/context-types.ts';
import { loadPack, packNames } from '../packages/engine/src/policy/packs.ts';
import { peerTerms } from '../packages/engine/src/policy/testing/peer-terms.ts';
import { resultJsonSchema } from '../packages/engine/src/result/schema.ts';
import { schemes } from '../packages/engine/src/versions/schemes.ts';
import { manPage } from './man-page.mjs';

const root = new URL('..', import.meta.url);
const tools = await Promise.all(Object.values(foreignTools).map((load) => load()));
const source = (path) => readFileSync(new URL(path, root), 'utf8');

/** Section → its Markdown. */
const sections = {
  commands: () => commands.map(commandSection).join('\n'),
  'exit codes': () =>
    table(
      ['exit', 'meaning'],
      exitCodes.map(({ code, meaning }) => [String(code), meaning]),
    ),
  'incomplete codes': incompleteTable,
  catalogers: catalogerNames,
  'unread kinds': unreadKinds,
  classifiers: classifierTable,
  'secret kinds': secretTable,
  feeds: () => feeds.map(feedSection).join('\n'),
  'distros with advisories': () =>
    table(
      ['`ID` of os-release', 'shard'],
      distrosWithFeeds().map(({ id, shard }) => [code(id), code(shard)]),
    ),
  'rule scopes': ruleScopes,
  'policy variables': policyVariables,
  'policy functions': policyFunctions,
  'peer terms': peerTermTables,
  'policy packs': () => packNames.map(packSection).join('\n'),
  'read limits': readLimits,
  ...Object.fromEntries(tools.map((tool) => [`options of ${tool.name}`, () => toolTables(tool)])),
  schemes: () => `${schemes.map(({ name }) => code(name)).join(', ')}\n`,
};

/** Pages that hold generated sections, relative to the root: as they are, and as they should be. */
export function generatedPages() {
  const pages = ['README.md', ...globSync('docs/**/*.md', { cwd: fileURLToPath(root) }).sort()].flatMap((path) => {
    const committed = source(path);
    return committed.includes('<!-- generated:') ? [{ path, committed, fresh: filled(path, committed) }] : [];
  });
  const path = 'docs/reference/result.schema.json';
  const schema = `${JSON.stringify(resultJsonSchema(), null, 2)}\n`;
  const { version } = JSON.parse(source('packages/cli/package.json'));
  const man = 'packages/cli/man/plimsoll.1';
  return [
    ...pages,
    { path, committed: source(path), fresh: schema },
    { path: man, committed: source(man), fresh: manPage(commands, version) },
  ];
}

function filled(path, page) {
  return page.replace(/<!-- generated: (.+?) -->\n.*?<!-- \/generated -->/gs, (_, name) => {
    if (!Object.hasOwn(sections, name)) throw new Error(`${path}: there is no section "${name}"`);
    return `<!-- generated: ${name} -->\n${sections[name]().trim()}\n<!-- /generated -->`;
  });
}

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return `${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}

function code(text) {
  return `\`${text}\``;
}

function commandSection({ usage, description, options, examples }) {
  const rows = options.map(({ flags, description: text, flagOnly }) => {
    const [, what, byDefault = ''] = /^(.*?)(?: \(default: (.*)\))?$/s.exec(text);
    const long = /--[a-z-]+/.exec(flags)[0];
    return [code(flags), what, byDefault, flagOnly ? `none: ${flagOnly}` : code(variableOf(long))];
  });
  const shown = `\n\`\`\`sh\n${examples.join('\n')}\n\`\`\`\n`;
  const name = usage.replace(/ [<[].*/, '');
  const flags =
    rows.length === 0 ? '' : `\n${table(['flag', 'what it does', 'default', 'variable, and setting'], rows)}`;
  return `## plimsoll ${name}\n\n${code(`plimsoll ${usage}`)}: ${description}.\n${shown}${flags}`;
}

/** What is understood of another tool's command line, and its exit codes. */
function toolTables(tool) {
  const options = tool.options.map(({ names, takes, here }) => [
    [...names]
      .sort((a, b) => a.length - b.length)
      .map((name) => code(takes ? `${name} ${takes}` : name))
      .join(', '),
    here,
  ]);
  const variables = tool.variables.map(([name, here]) => [code(name), here]);
  return `${table(['option, variable', 'here'], [...options, ...variables])}\n${table(['exit', 'meaning'], exitRows(tool))}`;
}

/** `code` → the comment above it, in unions of codes. */
function commentedCodes(path) {
  const found = source(path).matchAll(/\/\*\* (.*?) \*\/\s*\|? '([a-z-]+)'/g);
  return [...found].map(([, comment, name]) => [name, comment]);
}

function incompleteTable() {
  const comments = new Map([
    ...commentedCodes('packages/engine/src/image/types.ts'),
    ...commentedCodes('packages/engine/src/inventory/types.ts'),
  ]);
  const rows = incompleteCodes.map((each) => {
    if (!comments.has(each)) throw new Error(`the code ${each} has no comment that says what it means`);
    return [code(each), comments.get(each), gateClosingCodes.has(each) ? 'closes (exit 4)' : 'left to rules'];
  });
  return table(['code', 'meaning', 'gate'], rows);
}

function unreadKinds() {
  const titles = (kinds) => kinds.map(({ title }) => title).join(', ');
  return `Package databases (\`package-database-unread\`): ${titles(unreadDatabases)}.\n\nApplications (\`application-unread\`): ${titles(unreadApplications)}.\n`;
}

function catalogerNames() {
  const names = (kind) =>
    catalogers
      .filter(({ finds }) => finds === kind)
      .map(({ name }) => name)
      .sort()
      .join(', ');
  return `Package databases of distros: ${names('distro')}. Packages of languages: ${names('language')}.\n`;
}

/** Every row of the classifier table, by what it knows the software and where it was tested. */
function classifierTable() {
  const rows = classifierRows.map(({ name, cpe, files, goModule, texts = [], proven }) => {
    const known = [
      ...(files === undefined ? [] : [`executables ${code(files.source)}`]),
      ...(goModule === undefined ? [] : [`Go main module ${code(goModule)}`]),
      ...texts.map(({ file, of }) => `${of === 'path' ? 'path of' : 'file'} ${code(file.name)}`),
    ];
    const tested = proven === null ? 'unproven' : `${code(proven.package)}, ${code(proven.path)}`;
    return [code(`pkg:generic/${name}`), code(cpe), known.join('; '), tested];
  });
  return table(['package', 'CPE', 'known by', 'tested on'], rows);
}

function feedSection({ name, about }) {
  const rows = [
    ['name in messages', code(name)],
    ['shards', about.shards.map(code).join(', ')],
    ['upstream', about.urls.map((url) => code(decodeURIComponent(url))).join('<br>')],
    ['licence, attribution', about.licenses.join('<br>')],
    ['an update asks for', about.incremental],
    [
      'read in tests',
      [about.provenOn, ...(about.handMade ?? []).map((url) => `of ${code(url)} hand-made files only`)].join('; '),
    ],
  ];
  return `## ${about.title}\n\nGives ${about.gives}.\n\n${table(['', ''], rows)}`;
}

/** Every kind of secret, by id. */
function secretTable() {
  const where = ({ paths, configuration, broad }) => {
    if (configuration) return 'configuration alone';
    if (paths) return 'files of such a name';
    return broad ? 'everywhere but in installed packages' : 'everywhere';
  };
  const ordered = [...secretKinds].sort((a, b) => (a.id < b.id ? -1 : 1));
  const rows = ordered.map((kind) => [code(kind.id), kind.title, kind.severity, where(kind)]);
  return `${rows.length} kinds.\n\n${table(['kind', 'what it is', 'severity', 'looked for'], rows)}`;
}

function ruleScopes() {
  const own = (scope) =>
    Object.keys(scopeVariables(scope, {})).filter((name) => !['image', 'stage', 'parameters'].includes(name));
  const rows = supportedScopes.map((scope) => [code(scope), own(scope).map(code).join(', ') || code('image')]);
  const later = futureScopes.map(code).join(', ');
  return `${table(['scope', 'its own variable'], rows)}\nRefused until there are facts for them: ${later}.\n`;
}

/** `image.ageDays` → the comment above the field, read from the declarations of the variables. */
function fieldComments() {
  const comments = new Map();
  const path = [];
  let comment = '';
  for (const line of source('packages/engine/src/policy/context-types.ts').split('\n')) {
    const opened = /^(?:const (\w+) = |\s+(\w+): )object\(\{$/.exec(line);
    const field = /^\s+(\w+): /.exec(line);
    const said = /^\s*\/\*\* (.*) \*\/$/.exec(line);
    if (said) comment = said[1];
    else {
      if (field && comment !== '') comments.set([...path, field[1]].join('.'), comment);
      if (/^ {2}counts,$/.test(line) && comment !== '') comments.set('image.counts', comment);
      if (opened) path.push(opened[1] ?? opened[2]);
      else if (/^\s*\}\),?;?$/.test(line)) path.pop();
      comment = '';
    }
  }
  return comments;
}

function policyVariables() {
  const comments = fieldComments();
  const variables = new Map(supportedScopes.flatMap((scope) => Object.entries(scopeVariables(scope, {}))));
  variables.delete('parameters');
  const rows = (path, type) => {
    if (type.kind === 'object')
      return Object.entries(type.fields).flatMap(([name, field], index) => {
        const [first, ...others] = rows(`${path}.${name}`, field);
        // what is said of an object stands with its first field
        const about = index === 0 && first[2] === '' ? (comments.get(path) ?? '') : first[2];
        return [[first[0], first[1], about], ...others];
      });
    const values = type.kind === 'string' && type.values ? type.values.map(code).join(', ') : '';
    return [[code(path), typeName(type), [comments.get(path) ?? '', values].filter(Boolean).join(': ')]];
  };
  const ordered = [...variables].sort(([a], [b]) => (a < b ? -1 : 1));
  return ordered
    .map(([name, type]) => {
      const scopes = supportedScopes.filter((scope) => Object.hasOwn(scopeVariables(scope, {}), name));
      const where = scopes.length === supportedScopes.length ? 'every scope' : `scope ${scopes.join(', ')}`;
      return `## ${name}\n\nIn ${where}.\n\n${table(['variable', 'type', 'what it is'], rows(name, type))}`;
    })
    .join('\n');
}

function peerTermTables() {
  const rows = (terms) =>
    table(
      ['term', 'scope', '`when`'],
      terms.map(({ term, scope, when, files }) => [
        term,
        scope,
        `${code(when)}${files ? ` with ${code(`files: ${JSON.stringify(files)}`)}` : ''}`,
      ]),
    );
  return Object.entries(peerTerms)
    .map(([peer, terms]) => `## ${peer}\n\n${rows(terms)}`)
    .join('\n');
}

function policyFunctions() {
  const names = (list) => list.map(({ name }) => code(name)).join(', ');
  const rows = [
    ['called as `name(value)`', `${names(functions)}, ${code('has')}`],
    ['called as `value.name()`', names(methods)],
    ['on lists, and the keys of maps', macros.map(code).join(', ')],
  ];
  return table(['form', 'names'], rows);
}

function packSection(name) {
  const { description, rules } = loadPack(name);
  const rows = rules.map((rule) => [
    code(rule.id),
    rule.scope,
    rule.action,
    rule.severity,
    rule.controls.join(', '),
    code(rule.condition.trim()),
  ]);
  const parameters = rules.flatMap((rule) =>
    Object.entries(rule.parameters).map(([key, value]) => `${code(`${rule.id}.${key}`)} ${value}`),
  );
  const list = parameters.length > 0 ? `\nParameters: ${parameters.join(', ')}.\n` : '';
  return `## ${name}\n\n${description}\n\n${table(['rule', 'scope', 'action', 'severity', 'controls', 'when'], rows)}${list}`;
}

function readLimits() {
  const comments = new Map(
    [...source('packages/engine/src/image/types.ts').matchAll(/\/\*\* (.*?) \*\/\s*readonly (max\w+): number/g)].map(
      ([, text, name]) => [name, text],
    ),
  );
  const size = (name, value) => {
    if (!name.endsWith('Bytes')) return value.toLocaleString('en');
    const [unit, factor] = [
      ['GiB', 2 ** 30],
      ['MiB', 2 ** 20],
      ['KiB', 2 ** 10],
    ].find(([, each]) => value >= each);
    return `${value / factor} ${unit}`;
  };
  const rows = Object.entries(defaultReadLimits).map(([name, value]) => [
    code(name),
    size(name, value),
    comments.get(name) ?? '',
  ]);
  return table(['limit', 'default', 'of what'], rows);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { path, committed, fresh } of generatedPages()) {
    if (committed === fresh) continue;
    writeFileSync(new URL(path, root), fresh);
    console.log(`${path}: written`);
  }
}
