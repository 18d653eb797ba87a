// A conversation inside a gr.HTML component: clicks become events, folded parts stay as the reader left them,
// and the page follows the talk. `element`, `trigger` and `watch` come from Gradio.
const opened = new Set();
const keyOf = (details) => `${details.closest('[data-turn]')?.dataset.turn ?? ''}/${details.dataset.key ?? ''}`;

element.addEventListener('click', (event) => {
  const target = event.target.closest('[data-say],[data-rate],[data-sheet],[data-keep],[data-open],[data-filter],[data-act],[data-learn],[data-why]');
  if (!target) return;
  const { say, rate, turn, sheet, keep, pin, open, filter, act, learn, why } = target.dataset;
  if (say !== undefined) trigger('say', { text: say });
  else if (sheet !== undefined) trigger('sheet', { turn: Number(sheet) });
  else if (keep !== undefined) trigger('keep', { turn: Number(keep), pin: pin !== undefined });
  else if (open !== undefined) trigger('open', { id: open });
  else if (filter !== undefined) trigger('filter', { name: filter });
  else if (learn !== undefined) trigger('learn', { phrase: learn, turn: Number(turn) });
  else if (act !== undefined) trigger('act', { do: act, ...target.dataset });
  else if (why !== undefined) {
    trigger('rate', { turn: Number(turn), rating: -1, reason: why });
    target.parentElement.replaceChildren('Thank you.');
  }
  else if (rate !== undefined && target.getAttribute('aria-pressed') !== 'true') {
    target.parentElement.querySelectorAll('button').forEach((button) => button.setAttribute('aria-pressed', button === target));
    trigger('rate', { turn: Number(turn), rating: Number(rate) });
    const reasons = target.parentElement.nextElementSibling;
    if (reasons?.classList.contains('sc-why')) reasons.hidden = rate !== '-1';
  }
});

element.addEventListener('submit', (event) => {
  const form = event.target.closest('[data-mend]');
  if (!form) return;
  event.preventDefault();
  const said = new FormData(form);
  const pairs = said.getAll('from').map((from, n) => [from, said.getAll('to')[n]]);
  const added = said.get('value')?.trim() ? [[said.get('dimension'), said.get('value'), said.get('op') === 'ne']] : [];
  trigger('mend', {
    turn: Number(form.dataset.mend), metric: said.get('metric') ?? '', by: said.get('by') ?? '', periods: pairs, kept: said.getAll('keep').map(Number), added,
  });
});

element.addEventListener('submit', (event) => {
  const form = event.target.closest('[data-verdict]');
  if (!form) return;
  event.preventDefault();
  const said = new FormData(form);
  trigger('verdict', { score: Number(said.get('score')), words: said.get('words') ?? '' });
});

element.addEventListener('submit', (event) => {
  const form = event.target.closest('[data-form]');
  if (!form) return;
  event.preventDefault();
  trigger('act', { do: form.dataset.form === 'macro' ? 'macro-save' : form.dataset.form, ...Object.fromEntries(new FormData(form)) });
});

element.addEventListener('change', (event) => {
  if (event.target.dataset.assign !== undefined && event.target.value) trigger('act', { do: 'assign', to: event.target.value });
  if (event.target.name === 'dimension') event.target.form.elements.value.setAttribute('list', `${event.target.form.id}-${event.target.value}`);
  const { correct } = event.target.dataset;
  if (correct !== undefined) trigger('correct', { turn: Number(correct), intent: event.target.value });
});

element.addEventListener('toggle', (event) => {
  const details = event.target;
  if (details.open) opened.add(keyOf(details));
  else if (details.isConnected) opened.delete(keyOf(details));
}, true);

const isPhone = () => window.matchMedia('(max-width: 720px)').matches;

function follow(smooth) {
  const thread = element.querySelector('.sc-thread');
  if (!thread) return;
  const box = element.closest('.sc-scrolls');
  const asked = [...thread.querySelectorAll('.sc-customer, .sc-staff')].at(-1);
  const last = thread.lastElementChild;
  const behavior = smooth && !window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 'smooth' : 'instant';
  if (box && getComputedStyle(box).overflowY !== 'visible') {
    const top = thread.classList.contains('sc-desk') || !asked ? box.scrollHeight : asked.offsetTop - 12;
    box.scrollTo({ top, behavior });
  } else if (!thread.classList.contains('sc-insights') || !isPhone()) {
    const from = (asked ?? last).getBoundingClientRect().top + window.scrollY - 76;
    const end = document.documentElement.scrollHeight - window.innerHeight;
    window.scrollTo({ top: Math.min(from, end), behavior });
  }
}

const room = element.closest('.sc-scrolls');
if (room) new ResizeObserver(() => { if (element.querySelector('.sc-desk')) room.scrollTo({ top: room.scrollHeight }); }).observe(room);

// Live: the server says that something happened, and the page asks what (`refresh`). A page that nobody looks at lets go of its line, because
// browsers allow only six to one host; it looks again when it is shown.
let line;
let asking;
let writingUntil;
const ask = () => { clearTimeout(asking); asking = setTimeout(() => trigger('refresh'), 20); };
const openTalk = () => document.querySelector('[data-conversation]')?.dataset.conversation ?? '';

function listen() {
  if (document.hidden) { line?.close(); line = undefined; return; }
  if (line && line.readyState !== EventSource.CLOSED) return;
  line = new EventSource(props.live);
  line.addEventListener('changed', (event) => {
    const { html } = JSON.parse(event.data);
    ask();
    pushed = html ?? '';
    if (html && html !== props.value) redraw(html);
  });
  line.addEventListener('typing', (event) => {
    const { conversation, who } = JSON.parse(event.data);
    if (conversation === '' || conversation === openTalk()) showTyping(who);
  });
}

// The sign that somebody writes stands outside of what the server draws: a drawing that comes meanwhile must not wipe it away, unless it
// brings what was written.
const sign = document.createElement('p');
sign.className = 'sc-typing';
sign.innerHTML = '<span class="sc-dots"><i></i><i></i><i></i></span><span></span>';
const spoken = (thread) => thread.querySelectorAll(':scope > :not(.sc-typing)').length;
let saidBefore = 0;
let writtenIn = '';
const keeper = new MutationObserver(placeSign);

function showTyping(who) {
  const thread = document.querySelector('.sc-thread');
  if (!thread) return;
  saidBefore = spoken(thread);
  writtenIn = openTalk();
  sign.lastElementChild.textContent = `${who === 'customer' ? 'The customer' : who[0].toUpperCase() + who.slice(1)} is writing`;
  placeSign();
  keeper.observe(document.body, { childList: true, subtree: true });
  clearTimeout(writingUntil);
  writingUntil = setTimeout(hideTyping, 4000);
}

function placeSign() {
  const thread = document.querySelector('.sc-thread');
  if (!thread || spoken(thread) > saidBefore || openTalk() !== writtenIn) { hideTyping(); return; }
  if (thread.lastElementChild === sign) return;
  thread.append(sign);
  if (thread.classList.contains('sc-desk')) sign.scrollIntoView({ block: 'nearest' });
}

function hideTyping() { keeper.disconnect(); sign.remove(); }

if (props.live) {
  listen();
  document.addEventListener('visibilitychange', listen);
  let told = 0;
  document.addEventListener('input', (event) => {
    if (!event.target.closest('#sc-composer, #sc-reply') || !event.target.value || Date.now() - told < 2500) return;
    told = Date.now();
    fetch(`${props.live}/typing`, { method: 'POST', body: new URLSearchParams({ conversation: openTalk() }) }).catch(() => {});
  });
}

let turns = 0;
function settle() {
  element.querySelectorAll('details').forEach((details) => { details.open = opened.has(keyOf(details)); });
  const now = element.querySelectorAll('.sc-thread > :not(.sc-typing)').length;
  if (now !== turns) requestAnimationFrame(() => follow(turns > 0));
  turns = now;
}
function redraw(html) { props.value = html; requestAnimationFrame(settle); }

// An answer that was asked for before the line's last drawing may come after it, and lacks the last words.
let pushed = '';
const lastTurn = (html) => Math.max(0, ...Array.from(html.matchAll(/data-turn="(\d+)"/g), (found) => Number(found[1])));
watch('value', () => {
  const last = lastTurn(props.value ?? '');
  if (last && last < lastTurn(pushed)) redraw(pushed); else settle();
});
