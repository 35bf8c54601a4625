/**
 * The page's only script: search and filters over the findings. It runs under a policy that allows exactly these
 * bytes, reads nothing but the page, and without it the page shows everything.
 */
export const script = `
(() => {
  const form = document.getElementById('filter');
  if (!form) return;
  const groups = [...document.querySelectorAll('.group')].map((element) => ({
    element,
    text: element.querySelector('h3').textContent.toLowerCase(),
    rows: [...element.querySelectorAll('tbody tr')].map((row) => ({
      row, text: row.textContent.toLowerCase(), level: Number(row.dataset.l), fixed: row.dataset.f === '1',
    })),
  }));
  const total = groups.reduce((sum, group) => sum + group.rows.length, 0);
  const count = document.getElementById('count');
  function apply() {
    const words = form.elements.search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const level = Number(form.elements.level.value);
    const fixedOnly = form.elements.fixed.checked;
    let shown = 0;
    for (const group of groups) {
      let any = false;
      for (const { row, text, level: own, fixed } of group.rows) {
        const show = own >= level && (fixed || !fixedOnly) && words.every((word) => text.includes(word) || group.text.includes(word));
        row.hidden = !show;
        if (show) { any = true; shown++; }
      }
      group.element.hidden = !any;
    }
    count.textContent = shown === total ? total + ' rows' : shown + ' of ' + total + ' rows';
  }
  let timer;
  form.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(apply, 120); });
  form.addEventListener('submit', (event) => event.preventDefault());
  function reveal() {
    const row = /^#f[0-9]+$/.test(location.hash) && document.getElementById(location.hash.slice(1));
    if (!row) return;
    if (row.hidden || row.closest('.group').hidden) { form.reset(); apply(); }
    const details = row.querySelector('details');
    if (details) details.open = true;
    row.scrollIntoView({ block: 'center' });
  }
  addEventListener('hashchange', reveal);
  form.hidden = false;
  apply();
  reveal();
})();
`;
