/**
 * The page's only script: search, filters and groups over the findings, of which only those in sight are in the document.
 * It runs under a policy that allows exactly these bytes, reads nothing but the page, and without it the page lists
 * every finding in a table.
 */
export const script = String.raw`
(() => {
  const list = document.getElementById('list');
  const form = document.getElementById('filter');
  const source = document.getElementById('data');
  if (!list || !form || !source) return;
  const data = JSON.parse(source.textContent);
  const fields = form.elements;
  const output = document.getElementById('count');
  const narrow = matchMedia('(max-width:760px)');
  const severities = ['Unknown', 'Negligible', 'Low', 'Medium', 'High', 'Critical'];
  const overscan = 800;
  // Rows and headings: a browser takes minutes for more, and they fill some 200 pages.
  const maxPaper = 5000;
  const all = data.level.length;
  const grouped = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ',');
  const text = (index) => (index < 0 ? '' : data.strings[index]);

  const searched = [];
  function searchedText(row) {
    searched[row] ??= [data.id, data.title, data.name, data.version, data.type, data.packages, data.also, data.fix]
      .map((column) => text(column[row])).join(' ').toLowerCase();
    return searched[row];
  }

  /** Rows that the form lets through, in the order of the data: by package, worst first. */
  function chosenRows() {
    const words = fields.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const named = fields.package.value.trim().toLowerCase();
    const level = Number(fields.level.value);
    const { kind, fix, layer, rule, state } = Object.fromEntries(
      ['kind', 'fix', 'layer', 'rule', 'state'].map((name) => [name, fields[name].value]));
    const rows = [];
    for (let row = 0; row < all; row++) {
      if (data.level[row] < level) continue;
      if (state !== '' && (state === 'open') !== (data.why[row] < 0)) continue;
      if (kind !== '' && data.kind[row] !== Number(kind)) continue;
      if (fix !== '' && data.fixed[row] !== Number(fix)) continue;
      if (layer !== '' && data.layer[row] !== Number(layer)) continue;
      if (rule !== '' && !data.ruleSets[data.rules[row]].includes(Number(rule))) continue;
      if (named !== '' && !(text(data.name[row]) + ' ' + text(data.packages[row])).toLowerCase().includes(named)) continue;
      if (words.length > 0 && !words.every((word) => searchedText(row).includes(word))) continue;
      rows.push(row);
    }
    return rows;
  }

  /** Keys of the groups that a row is in. */
  const keysBy = {
    package: (row) => [data.group[row]],
    layer: (row) => [data.layer[row]],
    rule: (row) => data.ruleSets[data.rules[row]].length > 0 ? data.ruleSets[data.rules[row]] : [data.ruleNames.length],
  };
  const labelBy = {
    package: (key, row) => [text(data.name[row]) + (data.version[row] < 0 ? '' : ' ' + text(data.version[row])), text(data.type[row])],
    layer: (key) => key === 0 ? ['no layer', ''] : ['layer ' + key, text(data.layerNames[key - 1]).replace(/^layer \d+ /, '')],
    rule: (key) => data.ruleNames[key] ? [data.ruleNames[key][0], data.ruleNames[key][1]] : ['no rule', 'no rule of the gate names them'],
  };

  let items = [];   // rows; a heading is -1 - its place in heads
  let heads = [];
  function arrange(rows) {
    const by = fields.group.value;
    heads = [];
    if (!keysBy[by]) { items = rows.toSorted((a, b) => data.level[b] - data.level[a]); return; }
    const groups = new Map();
    for (const row of rows) for (const key of keysBy[by](row)) {
      const members = groups.get(key);
      if (members) members.push(row); else groups.set(key, [row]);
    }
    const keys = [...groups.keys()];
    if (by !== 'package') keys.sort((a, b) => a - b);
    items = [];
    for (const key of keys) {
      const members = groups.get(key);
      if (by !== 'package') members.sort((a, b) => data.level[b] - data.level[a]);
      const [label, note] = labelBy[by](key, members[0]);
      heads.push({ label, note, count: members.length });
      items.push(-heads.length, ...members);
    }
  }

  const open = new Set();
  const heights = new Map();
  let tops = new Float64Array(1);
  function layout() {
    const [rowHeight, headHeight] = narrow.matches ? [76, 54] : [46, 54];
    tops = new Float64Array(items.length + 1);
    for (let at = 0; at < items.length; at++) {
      const item = items[at];
      const height = item < 0 ? headHeight : open.has(item) ? (heights.get(item) ?? rowHeight + 240) : rowHeight;
      tops[at + 1] = tops[at] + height;
    }
    list.style.height = tops[items.length] + 'px';
  }
  function indexAt(y) {
    let [low, high] = [0, Math.max(0, items.length - 1)];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (tops[middle] <= y) low = middle; else high = middle - 1;
    }
    return low;
  }

  function element(name, className, content) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (content) made.textContent = content;
    return made;
  }
  function headNode({ label, note, count }) {
    const node = element('div', 'ghead');
    const title = element('h3', '', label);
    node.append(title, element('span', 'soft', note), element('span', 'many', grouped(count)));
    return node;
  }
  function rowNode(row) {
    const node = element('div', 'row');
    const button = element('button', 'sum');
    button.type = 'button';
    button.dataset.row = row;
    const main = element('span', 'main');
    main.append(element('b', '', text(data.id[row])));
    for (const mark of text(data.marks[row]).split('|').filter(Boolean)) main.append(' ', element('span', 'mark', mark));
    if (data.why[row] >= 0) main.append(' ', element('span', 'mark calm', 'not counted'));
    if (data.group[row] >= 0 && fields.group.value !== 'package')
      main.append(' ', element('span', 'of', text(data.name[row]) + (data.version[row] < 0 ? '' : ' ' + text(data.version[row]))));
    const title = text(data.title[row]);
    if (title) main.append(' ', element('span', 'soft', title));
    const fixed = data.fixed[row] === 1;
    button.append(
      element('span', 'sev s' + data.level[row], severities[data.level[row]]), main,
      element('span', fixed ? 'fix good' : 'fix soft', text(data.fix[row])),
      element('span', 'age', data.days[row] < 0 ? '' : data.days[row] + (data.days[row] === 1 ? ' day' : ' days')));
    node.append(button);
    show(node, row);
    return node;
  }
  /** Opens or closes a row's evidence. What is set as HTML was escaped where the page was made. */
  function show(node, row) {
    const isOpen = open.has(row);
    node.classList.toggle('open', isOpen);
    node.firstChild.setAttribute('aria-expanded', String(isOpen));
    if (isOpen === (node.children.length > 1)) return;
    if (!isOpen) { node.lastChild.remove(); return; }
    const facts = element('dl', 'ev');
    const title = text(data.title[row]);
    facts.innerHTML = data.own[row] + text(data.shared[row]);
    if (title) facts.prepend(element('dt', '', 'Title'), element('dd', '', title));
    node.append(facts);
  }

  const nodes = new Map();
  let paper = false;
  function place(at, node) { node.style.top = tops[at] + 'px'; }
  function make(at) {
    const item = items[at];
    const node = item < 0 ? headNode(heads[-1 - item]) : rowNode(item);
    node.setAttribute('role', 'listitem');
    node.setAttribute('aria-setsize', items.length);
    node.setAttribute('aria-posinset', at + 1);
    node.dataset.at = at;
    return node;
  }
  function render() {
    if (paper || items.length === 0) return;
    const above = -list.getBoundingClientRect().top;
    const [first, last] = [indexAt(above - overscan), indexAt(above + innerHeight + overscan)];
    for (const [at, node] of nodes) {
      if ((at >= first && at <= last) || node.contains(document.activeElement)) continue;
      node.remove();
      nodes.delete(at);
    }
    for (let at = last; at >= first; at--) {
      if (nodes.has(at)) continue;
      const node = make(at);
      nodes.set(at, node);
      place(at, node);
      list.insertBefore(node, nodes.get(at + 1) ?? null);
    }
    let moved = false;
    for (const [at, node] of nodes) {
      const item = items[at];
      if (item < 0 || !open.has(item) || heights.get(item) === node.offsetHeight) continue;
      heights.set(item, node.offsetHeight);
      moved = true;
    }
    if (!moved) return;
    layout();
    for (const [at, node] of nodes) place(at, node);
  }
  function clear() {
    for (const node of nodes.values()) node.remove();
    nodes.clear();
  }
  function apply() {
    const rows = chosenRows();
    arrange(rows);
    clear();
    layout();
    render();
    const total = all === 1 ? '1 row' : grouped(all) + ' rows';
    output.textContent = rows.length === all ? total : grouped(rows.length) + ' of ' + total;
    document.getElementById('nothing').hidden = rows.length > 0;
  }

  function toggle(row, wanted = !open.has(row)) {
    if (wanted) open.add(row); else open.delete(row);
    for (const [at, node] of nodes) if (items[at] === row) show(node, row);
    heights.delete(row);
    layout();
    for (const [at, node] of nodes) place(at, node);
    render();
  }
  function focusOn(at, block = 'nearest') {
    const top = list.getBoundingClientRect().top + scrollY;
    const [from, to] = [top + tops[at], top + tops[at + 1]];
    if (block === 'center') scrollTo(0, from - innerHeight / 3);
    else if (from < scrollY + 8) scrollTo(0, from - 70);
    else if (to > scrollY + innerHeight - 8) scrollTo(0, to - innerHeight + 16);
    render();
    nodes.get(at)?.querySelector('button')?.focus({ preventScroll: true });
  }
  /** The next row from a place on, in the direction of the step. */
  function rowFrom(at, step) {
    let next = Math.max(0, Math.min(items.length - 1, at));
    while (items[next] < 0) next += step;
    return items[next] === undefined ? -1 : next;
  }
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12, Home: -Infinity, End: Infinity };
  list.addEventListener('keydown', (event) => {
    const button = event.target.closest('button.sum');
    if (!button || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = Number(button.parentElement.dataset.at);
    if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
      event.preventDefault();
      toggle(Number(button.dataset.row), event.key === 'ArrowRight');
    } else if (event.key in steps) {
      event.preventDefault();
      const step = steps[event.key];
      const next = rowFrom(step === -Infinity ? 0 : step === Infinity ? items.length - 1 : at + step, step < 0 && step > -Infinity ? -1 : step === Infinity ? -1 : 1);
      if (next >= 0) focusOn(next);
    }
  });
  list.addEventListener('click', (event) => {
    const button = event.target.closest('button.sum');
    if (button) toggle(Number(button.dataset.row));
  });
  document.addEventListener('keydown', (event) => {
    const typing = /^(?:INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === '/' && !typing) { event.preventDefault(); fields.search.focus(); }
    if (event.key === 'Escape' && event.target === fields.search) { fields.search.value = ''; apply(); }
    if (event.key === 'ArrowDown' && event.target === fields.search) {
      const first = rowFrom(0, 1);
      if (first >= 0) { event.preventDefault(); focusOn(first); }
    }
  });

  let asked = false;
  function soon() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; render(); });
  }
  addEventListener('scroll', soon, { passive: true });
  addEventListener('resize', () => { heights.clear(); layout(); clear(); render(); });
  let timer;
  form.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(apply, 60); });
  form.addEventListener('submit', (event) => event.preventDefault());
  document.getElementById('again').addEventListener('click', () => { form.reset(); apply(); });
  for (const bar of document.querySelectorAll('.picture a')) {
    bar.addEventListener('click', (event) => {
      event.preventDefault();
      form.reset();
      fields.layer.value = bar.dataset.layer;
      apply();
      document.getElementById('findings').scrollIntoView();
    });
  }

  // On paper every row that the form lets through is there, as a paragraph: what a browser lays out in pages, and describes for
  // those who listen, in the time that it takes to read one. Evidence that is open stays so.
  function paperNode(item) {
    if (item < 0) {
      const { label, note, count } = heads[-1 - item];
      const node = element('h3', '', label);
      node.append(' ', element('span', 'soft', [note, grouped(count)].filter(Boolean).join(', ')));
      return node;
    }
    const node = element('p');
    node.append(element('span', 'sev s' + data.level[item], severities[data.level[item]]), ' ', element('b', '', text(data.id[item])));
    for (const mark of text(data.marks[item]).split('|').filter(Boolean)) node.append(' ', element('b', 'risk', mark));
    if (data.why[item] >= 0) node.append(' (not counted: ' + text(data.why[item]) + ')');
    if (fields.group.value !== 'package')
      node.append(' ' + text(data.name[item]) + (data.version[item] < 0 ? '' : ' ' + text(data.version[item])));
    const fix = text(data.fix[item]);
    if (fix) node.append(data.fixed[item] === 1 ? ' \u2192 ' + fix : ' ' + fix);
    if (data.days[item] >= 0) node.append(', ' + data.days[item] + (data.days[item] === 1 ? ' day' : ' days'));
    const title = text(data.title[item]);
    if (title) node.append(' ', element('span', 'soft', title));
    if (!open.has(item)) return node;
    const facts = element('dl', 'ev');
    facts.innerHTML = data.own[item] + text(data.shared[item]);
    const both = document.createDocumentFragment();
    both.append(node, facts);
    return both;
  }
  /** What the form keeps from being printed, in its own words. */
  function printedWords() {
    const set = [...fields].flatMap((field) => {
      const name = field.labels?.[0]?.firstChild.textContent.toLowerCase();
      if (!name || field.name === 'group') return [];
      const chosen = field.options ? field.options[field.selectedIndex].text : field.value.trim();
      if (chosen === '' || (field.options && chosen === 'all')) return [];
      return field.name === 'state' ? [chosen] : [name + ' ' + chosen];
    });
    const rows = new Set(items.filter((item) => item >= 0)).size;
    const left = items.length > maxPaper ? ' Only the first ' + grouped(maxPaper) + ' lines are printed; all are in the CSV and JSON reports.' : '';
    return grouped(rows) + ' of ' + grouped(all) + ' rows' + (set.length > 0 ? ': ' + set.join(', ') : '') + '.' + left;
  }
  addEventListener('beforeprint', () => {
    paper = true;
    clear();
    list.classList.add('paper');
    list.removeAttribute('role');
    const everything = document.createDocumentFragment();
    everything.append(element('p', 'soft', printedWords()));
    for (const item of items.slice(0, maxPaper)) everything.append(paperNode(item));
    list.append(everything);
  });
  addEventListener('afterprint', () => {
    paper = false;
    list.replaceChildren();
    list.classList.remove('paper');
    list.setAttribute('role', 'list');
    render();
  });

  function reveal() {
    const row = Number(/^#f([0-9]+)$/.exec(location.hash)?.[1] ?? 0) - 1;
    if (row < 0 || row >= all) return;
    if (!items.includes(row)) { form.reset(); apply(); }
    toggle(row, true);
    focusOn(items.indexOf(row), 'center');
  }
  addEventListener('hashchange', reveal);
  document.documentElement.classList.add('js');
  form.hidden = false;
  list.hidden = false;
  apply();
  reveal();
  setTimeout(() => { for (let row = 0; row < all; row++) searchedText(row); }, 200);
})();
`;
