// The desk's keys, forms and half-written fields. Keys press the buttons that are there, so that nothing can be done by key that
// cannot be done by hand; what somebody is writing outlives a redrawing of its card.
const NAMES = { t: '#sc-take', b: '#sc-back', q: '#sc-queue', c: '#sc-close', z: '[data-act=undo]', s: '[data-act=shorter]', f: '[data-act=friendlier]' };
const FIELDS = { r: '#sc-reply textarea', n: '[data-field=note]', g: '[data-field=tag]' };
const written = new Map();
const sideOf = (field) => `${openTalk()}/${field.dataset.field}`;
const keysOn = () => localStorage.getItem('shopclerk-keys') !== 'off';
const press = (selector) => { const found = document.querySelector(selector); found?.click(); return Boolean(found); };
const showHelp = () => {
  const help = document.querySelector('.sc-help');
  if (help && !help.open) { help.querySelector('[data-keys]').checked = keysOn(); help.showModal(); }
};

document.addEventListener('click', (event) => {
  if (event.target.closest('[data-help]')) showHelp();
  if (event.target.closest('[data-aside]')) document.querySelector('#sc-desk').classList.toggle('sc-aside-open');
  else if (event.target.closest('[data-open]')) document.querySelector('#sc-desk').classList.remove('sc-aside-open');
});
document.addEventListener('change', (event) => {
  if (event.target.matches('[data-keys]')) localStorage.setItem('shopclerk-keys', event.target.checked ? 'on' : 'off');
});
document.addEventListener('input', (event) => {
  const field = event.target;
  if (field.dataset?.field) written.set(sideOf(field), field.value);
  if (field.dataset?.find === 'macros') findMacro(field);
});
document.addEventListener('submit', (event) => {
  const form = event.target.closest('[data-form]');
  form?.querySelectorAll('[data-field]').forEach((field) => written.delete(sideOf(field)));
  if (form && form.dataset.form !== 'macro') form.reset();
});

function findMacro(field) {
  const wanted = field.value.toLowerCase();
  field.closest('.sc-macros').querySelectorAll('li[data-name]').forEach((row) => { row.hidden = !row.dataset.name.includes(wanted); });
}

// A redrawn card gets back what was being written in it, and the place where.
let last;
document.addEventListener('focusin', (event) => { last = event.target.dataset?.field ? event.target : undefined; });
new MutationObserver(() => {
  document.querySelectorAll('#sc-side [data-field]').forEach((field) => {
    const kept = written.get(sideOf(field));
    if (kept !== undefined && field.value !== kept && !field.dataset.kept) {
      field.value = kept;
      if (field.dataset.find) findMacro(field);
    }
    field.dataset.kept = 'yes';
    if (last && !last.isConnected && last.dataset.field === field.dataset.field) {
      const { selectionStart, selectionEnd } = last;
      field.focus({ preventScroll: true });
      field.setSelectionRange?.(selectionStart, selectionEnd);
    }
  });
}).observe(document.querySelector('#sc-side') ?? document.body, { childList: true, subtree: true });

function step(selector, current, by) {
  const all = [...document.querySelectorAll(selector)];
  const at = all.findIndex((one) => one.getAttribute(current) === 'true');
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
  next?.click();
  next?.scrollIntoView({ block: 'nearest' });
}

document.addEventListener('keydown', (event) => {
  if (!keysOn() || event.ctrlKey || event.metaKey || document.querySelector('dialog[open]')) return;
  const writes = event.target.closest('input, textarea, select, [contenteditable=true]');
  const digit = /^Digit([1-3])$/.exec(event.code)?.[1];
  if (writes && event.key === 'Escape') { writes.blur(); return; }
  if (digit && (event.altKey || !writes)) {
    if (press(`[data-act=${event.shiftKey ? 'sendnow' : 'insert'}][data-n="${digit - 1}"]`)) {
      event.preventDefault();
      if (!event.shiftKey) document.querySelector('#sc-reply textarea')?.focus();
    }
    return;
  }
  if (writes || event.altKey) return;
  const key = event.key;
  if (key === '?') showHelp();
  else if (key === 'j' || key === 'k') step('.sc-queue [data-open]', 'aria-current', key === 'j' ? 1 : -1);
  else if (key === '[' || key === ']') step('.sc-tabs [data-filter]', 'aria-pressed', key === ']' ? 1 : -1);
  else if (key === 'm') {
    const macros = document.querySelector('.sc-macros');
    if (macros) { macros.open = true; macros.querySelector('[type=search]').focus(); }
  } else if (FIELDS[key]) document.querySelector(FIELDS[key])?.focus();
  else if (!NAMES[key] || !press(NAMES[key])) return;
  event.preventDefault();
});
