// The shop's chat for any page: <script src="https://SHOP/widget.js" data-accent="#2c5f52" async></script>. See docs/widget.md.
// No framework, no inline style or script, no HTML from strings: it works under a strict content security policy. The conversation's
// token is kept in the page's own storage; no cookie is sent or set.
(() => {
  'use strict';
  const script = document.currentScript;
  if (!script || window.shopclerk) return;
  const settings = script.dataset;
  const server = new URL('.', script.src).href.replace(/\/$/, '');
  const slot = `shopclerk ${server}`;
  const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
  const phone = matchMedia('(max-width: 640px)');

  // ---- what it looks like: every colour is a variable that the page may set on <shopclerk-chat> ----
  const CSS = `
:host { all: initial; --a: var(--shopclerk-accent, #2c5f52); --on: var(--shopclerk-on-accent, #fff); --paper: var(--shopclerk-paper, #faf8f4);
  --card: var(--shopclerk-surface, #fff); --sunk: var(--shopclerk-sunken, #f2eee6); --ink: var(--shopclerk-ink, #24221e); --soft: var(--shopclerk-muted, #625d54);
  --line: var(--shopclerk-line, #ddd7cb); --tint: var(--shopclerk-tint, #e4eee9); --bad: #a23b2d; --warn: #845409; --good: #2c6b48;
  --font: var(--shopclerk-font, system-ui, -apple-system, "Segoe UI", sans-serif); --sat: 26%; --pic: 92%; --stroke: 34%; }
:host(.dark) { --a: var(--shopclerk-accent, #8fc4b1); --on: var(--shopclerk-on-accent, #10221c); --paper: var(--shopclerk-paper, #171613); --card: var(--shopclerk-surface, #201e1b);
  --sunk: var(--shopclerk-sunken, #282622); --ink: var(--shopclerk-ink, #ece8df); --soft: var(--shopclerk-muted, #a59e91); --line: var(--shopclerk-line, #37332d);
  --tint: var(--shopclerk-tint, #24352f); --bad: #e79384; --warn: #e0b264; --good: #86c9a0; --sat: 16%; --pic: 20%; --stroke: 74%; }
* { box-sizing: border-box; margin: 0; font: inherit; color: inherit; letter-spacing: normal; }
[hidden] { display: none !important; }
.all { font: 16px/1.5 var(--font); color: var(--ink); text-align: left; }
button { cursor: pointer; background: none; border: 0; padding: 0; }
:focus-visible { outline: 2px solid var(--a); outline-offset: 2px; }
.launch { position: fixed; bottom: 20px; right: 20px; z-index: 2147483000; min-width: 58px; height: 58px; border-radius: 29px; background: var(--a); color: var(--on);
  display: flex; align-items: center; justify-content: center; gap: 10px; padding: 0 17px; box-shadow: 0 6px 24px -6px rgb(0 0 0 / .4); font-weight: 600; }
.launch svg { width: 24px; height: 24px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linejoin: round; }
.launch:hover { filter: brightness(1.08); } .launch:focus-visible { outline-color: var(--ink); }
.new { position: absolute; top: -3px; right: -3px; min-width: 22px; height: 22px; border-radius: 11px; background: var(--bad); color: #fff; font-size: 13px; line-height: 22px; text-align: center; padding: 0 5px; }
:host(.dark) .new { color: #1c0f0c; }
.panel { position: fixed; bottom: 90px; right: 20px; z-index: 2147483001; width: 396px; height: min(640px, calc(100dvh - 110px)); background: var(--paper); border: 1px solid var(--line);
  border-radius: 20px; box-shadow: 0 24px 60px -20px rgb(0 0 0 / .45); display: flex; flex-direction: column; overflow: hidden; animation: rise .22s cubic-bezier(.2,.7,.2,1); }
.left .launch, .left .panel { right: auto; left: 20px; }
.top { display: flex; align-items: center; gap: 4px; padding: 12px 10px 12px 18px; border-bottom: 1px solid var(--line); background: var(--card); }
.who { flex: 1; min-width: 0; } .who h2 { font-weight: 600; font-size: 16px; line-height: 1.3; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.state { font-size: 13px; color: var(--soft); display: flex; align-items: center; gap: 6px; } .state i { width: 8px; height: 8px; border-radius: 50%; background: var(--a); flex: none; }
.state.waiting i { background: var(--warn); animation: breathe 1.8s infinite; } .state.agent i { background: var(--good); }
.icon { width: 40px; height: 40px; border-radius: 11px; color: var(--soft); display: grid; place-items: center; flex: none; } .icon:hover { background: var(--sunk); color: var(--ink); }
.icon svg { width: 20px; height: 20px; fill: none; stroke: currentColor; stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round; }
.talk { flex: 1; overflow-y: auto; padding: 18px; display: flex; flex-direction: column; gap: 14px; overflow-wrap: anywhere; scrollbar-width: thin; scrollbar-color: var(--line) transparent; overscroll-behavior: contain; }
.log { display: flex; flex-direction: column; gap: 14px; }
.turn { display: flex; flex-direction: column; gap: 8px; max-width: 100%; } .text { display: flex; flex-direction: column; gap: 6px; } .text :is(ul, ol) { padding-left: 20px; } b { font-weight: 600; }
.customer { align-self: flex-end; max-width: 85%; background: var(--tint); border-radius: 16px 16px 4px 16px; padding: 9px 14px; }
.person { align-self: flex-start; max-width: 90%; background: var(--card); border: 1px solid var(--line); border-radius: 16px 16px 16px 4px; padding: 8px 14px 10px; gap: 0; }
.person small { font-size: 13px; font-weight: 600; color: var(--a); } .person small::first-letter { text-transform: uppercase; }
.note { align-self: center; text-align: center; font-size: 13.5px; color: var(--soft); } .failed { color: var(--bad); }
.hello { padding: 14px 0 4px; } .hello h3 { font-weight: 600; font-size: 21px; line-height: 1.25; } .hello p { color: var(--soft); margin-top: 6px; }
.chips { display: flex; flex-wrap: wrap; gap: 7px; } .chips button { background: var(--card); border: 1px solid var(--line); border-radius: 99px; padding: 6px 13px; font-size: 14.5px; text-align: left; } .chips button:hover { border-color: var(--a); background: var(--tint); }
.cards { list-style: none; padding: 2px 18px 4px; margin: 0 -18px; display: flex; gap: 10px; overflow-x: auto; scroll-snap-type: x proximity; scrollbar-width: none; }
.cards li { flex: 0 0 164px; scroll-snap-align: center; } .product { width: 100%; height: 100%; display: flex; flex-direction: column; text-align: left; text-decoration: none; background: var(--card); border: 1px solid var(--line); border-radius: 13px; overflow: hidden; } .product:hover { border-color: var(--a); }
.photo { height: 84px; background: hsl(var(--hue) var(--sat) var(--pic)); font-size: 12px; } .photo img { display: block; width: 100%; height: 100%; object-fit: cover; }
.product svg { display: block; width: 100%; height: 84px; padding: 17px; background: hsl(var(--hue) var(--sat) var(--pic)); stroke: hsl(var(--hue) 30% var(--stroke)); fill: none; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round; }
.facts { display: flex; flex-direction: column; gap: 2px; padding: 9px 11px 11px; flex: 1; } .facts small { font-size: 13px; color: var(--soft); } .name { font-weight: 600; font-size: 15px; line-height: 1.25; }
.foot { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 6px; margin-top: auto; padding-top: 5px; font-weight: 600; font-size: 15px; font-variant-numeric: tabular-nums; } .foot small { font-weight: 400; } .foot .good { color: var(--good); } .foot .low { color: var(--warn); } .foot .out { color: var(--bad); }
.rate { display: flex; gap: 2px; margin-left: -6px; } .rate .icon { width: 30px; height: 30px; } .rate svg { width: 17px; height: 17px; } .rate [aria-pressed="true"] { color: var(--a); background: var(--tint); } .down svg { transform: rotate(180deg); }
.dots { display: inline-flex; gap: 5px; padding: 8px 0; } .dots i { width: 7px; height: 7px; border-radius: 50%; background: var(--soft); animation: breathe 1.1s infinite; } .dots i:nth-child(2) { animation-delay: .16s; } .dots i:nth-child(3) { animation-delay: .32s; }
form { display: flex; align-items: flex-end; gap: 6px; margin: 0 14px; padding: 4px 4px 4px 6px; background: var(--card); border: 1px solid var(--line); border-radius: 15px; } form:focus-within { border-color: var(--a); box-shadow: 0 0 0 1px var(--a); } textarea:focus-visible { outline: none; }
textarea { flex: 1; min-width: 0; border: 0; background: none; padding: 9px 10px; font-size: 16px; line-height: 1.4; resize: none; max-height: 116px; outline: none; } textarea::placeholder { color: var(--soft); opacity: 1; }
.send { width: 40px; height: 40px; border-radius: 11px; background: var(--a); color: var(--on); display: grid; place-items: center; flex: none; } .send svg { width: 19px; height: 19px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.small { font-size: 12px; line-height: 1.4; color: var(--soft); text-align: center; text-wrap: balance; padding: 8px 18px max(12px, env(safe-area-inset-bottom)); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@keyframes rise { from { opacity: 0; transform: translateY(10px); } } @keyframes breathe { 50% { opacity: .35; } }
@media (max-width: 640px) { .panel, .left .panel { inset: 0; width: 100%; height: 100dvh; border: 0; border-radius: 0; } .open .launch { display: none; } .launch .label { display: none; } }
@media (prefers-reduced-motion: reduce) { *, *::before, *::after { animation: none !important; transition: none !important; } }
@media (forced-colors: active) { .launch, .panel, .send, .chips button, .product { border: 1px solid; } }`;

  // ---- small helpers: elements by hand, text only as text ----
  const h = (tag, props = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) {
      if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
      else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  };
  const drawing = (path, box = '0 0 24 24') => {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', box);
    svg.setAttribute('aria-hidden', 'true');
    const line = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    line.setAttribute('d', path);
    svg.append(line);
    return svg;
  };
  const ICONS = {
    chat: 'M5 5h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-7l-5 4v-4H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2Z', close: 'M6 6l12 12M18 6 6 18', send: 'M5 12h14M13 6l6 6-6 6',
    person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20c1-4 4-6 7.5-6s6.5 2 7.5 6', anew: 'M5 12h14M12 5v14',
    thumb: 'M7 10.5v9H4v-9Zm0 0L11 4c1.4 0 2.4 1.1 2.2 2.5L12.6 10h5.2c1.3 0 2.3 1.2 2 2.5l-1.3 5.5c-.2.9-1 1.5-1.9 1.5H7',
  };
  const icon = (name, label, onclick, extra = '') => h('button', { type: 'button', class: `icon ${extra}`, 'aria-label': label, title: label, onclick }, drawing(ICONS[name]));

  const kept = () => { try { return JSON.parse(localStorage.getItem(slot)) || {}; } catch { return {}; } };
  const keep = (change) => { try { localStorage.setItem(slot, JSON.stringify({ ...kept(), ...change })); } catch { memory = { ...memory, ...change }; } };
  let memory = {};  // where the page may not store anything, a conversation lasts as long as the page
  const token = () => kept().conversation || memory.conversation;

  // ---- the server ----
  class Refused extends Error {}
  const call = async (path, { body, signal, method } = {}) => {
    const headers = { ...(body ? { 'Content-Type': 'application/json' } : {}), ...(token() ? { 'X-Conversation': token() } : {}) };
    const response = await fetch(server + path, { method: method || (body ? 'POST' : 'GET'), headers, signal, credentials: 'omit', body: body && JSON.stringify(body) });
    if (response.ok) return response;
    const said = await response.json().catch(() => ({}));
    throw Object.assign(new Refused(typeof said.detail === 'string' ? said.detail : 'That did not work.'), { status: response.status });
  };
  async function* events(response) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      rest += value;
      for (let end; (end = rest.indexOf('\n\n')) >= 0; rest = rest.slice(end + 2)) {
        const lines = rest.slice(0, end).split('\n');
        const name = lines.find((line) => line.startsWith('event: '));
        const data = lines.find((line) => line.startsWith('data: '));
        if (name && data) yield [name.slice(7), JSON.parse(data.slice(6))];
      }
    }
  }
  const begin = async () => {
    if (!token()) keep({ conversation: (await (await call('/widget/conversation', { method: 'POST' })).json()).conversation });
    onScreen = token();
  };

  // ---- the parts of the page ----
  const host = document.createElement('shopclerk-chat');
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  root.adoptedStyleSheets = [sheet];
  const state = h('p', { class: 'state', role: 'status' });
  const title = h('h2', { id: 'title' }, 'Chat');
  const hello = h('section', { class: 'hello' });
  const log = h('div', { class: 'log', role: 'log', 'aria-live': 'polite', 'aria-label': 'Conversation' });
  const working = h('div', { class: 'turn', 'aria-hidden': 'true', hidden: true });
  const trouble = h('p', { class: 'note failed', role: 'alert', hidden: true });
  const chips = h('div', { class: 'chips' });
  const talk = h('div', { class: 'talk', tabindex: '0', role: 'region', 'aria-label': 'Messages' }, hello, log, working, trouble, chips);
  const box = h('textarea', { rows: '1', maxlength: '4000', placeholder: 'Ask about a product or an order', 'aria-label': 'Your message', enterkeyhint: 'send' });
  const send = h('button', { type: 'submit', class: 'send', 'aria-label': 'Send' }, drawing(ICONS.send));
  const form = h('form', {}, box, send);
  const small = h('p', { class: 'small', hidden: true });
  const person = icon('person', 'Talk to a person', () => askForPerson());
  const top = h('header', { class: 'top' }, h('div', { class: 'who' }, title, state), person, icon('anew', 'New chat', () => anew()), icon('close', 'Close chat', () => close()));
  const panel = h('section', { class: 'panel', id: 'panel', role: 'dialog', 'aria-modal': 'true', 'aria-labelledby': 'title', hidden: true }, top, talk, form, small);
  const count = h('span', { class: 'new', hidden: true });
  const launch = h('button', { type: 'button', class: 'launch', 'aria-haspopup': 'dialog', 'aria-expanded': 'false', 'aria-controls': 'panel', onclick: () => (panel.hidden ? open() : close()) },
    drawing(ICONS.chat), settings.label ? h('span', { class: 'label' }, settings.label) : h('span', { class: 'unseen' }, 'Open chat'), count);
  const all = h('div', { class: `all ${settings.position === 'left' ? 'left' : ''}` }, panel, launch);
  root.append(all);

  // ---- what is said ----
  let last = 0;
  let unread = 0;
  let asking = null;  // aborts the message that is being answered
  let onScreen = token();  // the conversation on the screen; another tab of the shop may begin a new one
  let mode = 'bot';
  let config = null;
  const NUMBERED = /^\s*\d{1,2}[.)]\s+/;
  const BULLET = /^\s*[-•*]\s+/;
  const strong = (line) => line.split(/\*\*(.+?)\*\*/).map((part, n) => (n % 2 ? h('b', {}, part) : part));
  const prose = (text) => {
    const whole = h('div', { class: 'text' });
    for (const line of text.split('\n').filter((one) => one.trim())) {
      const tag = BULLET.test(line) ? 'ul' : NUMBERED.test(line) ? 'ol' : 'p';
      const words = strong(tag === 'p' ? line : line.replace(BULLET, '').replace(NUMBERED, ''));
      if (tag === 'p') whole.append(h('p', {}, ...words));
      else {
        if (whole.lastElementChild?.localName !== tag) whole.append(h(tag));
        whole.lastElementChild.append(h('li', {}, ...words));
      }
    }
    return whole;
  };
  const card = (product) => {
    const picture = product.photo ? h('span', { class: 'photo' }, h('img', { src: product.photo, alt: `Photo of ${product.name}`, loading: 'lazy', referrerpolicy: 'no-referrer' })) : drawing(product.path, '0 0 48 48');
    picture.style.setProperty('--hue', product.hue);
    const facts = h('span', { class: 'facts' }, h('small', {}, product.kind), h('span', { class: 'name' }, product.name), product.rating ? h('small', {}, `★ ${product.rating}`) : null,
      h('span', { class: 'foot' }, h('span', {}, product.price), h('small', { class: product.tone }, product.stock)));
    const page = settings.productUrl;
    return h('li', { 'data-product': product.id }, page
      ? h('a', { class: 'product', href: page.replace('{id}', encodeURIComponent(product.id)) }, picture, facts)
      : h('button', { type: 'button', class: 'product', onclick: () => say(`Tell me more about ${product.name}`) }, picture, facts));
  };
  const cards = async (ids, turn) => {
    const found = await (await call(`/widget/cards?${new URLSearchParams(ids.slice(0, 8).map((id) => ['id', id]))}`)).json();
    if (found.length) turn.querySelector('.text').after(h('ul', { class: 'cards', 'aria-label': 'Products' }, ...found.map(card)));
    follow();
  };
  const thumbs = (number) => {
    const rate = (rating, button) => async () => {
      button.parentElement.querySelectorAll('button').forEach((one) => one.setAttribute('aria-pressed', one === button));
      await call('/api/v1/feedback', { body: { conversation: token(), turn: number, rating } }).catch(complain);
    };
    const [up, down] = [icon('thumb', 'Helpful', null), icon('thumb', 'Not helpful', null, 'down')];
    [[up, 1], [down, -1]].forEach(([button, rating]) => { button.setAttribute('aria-pressed', 'false'); button.addEventListener('click', rate(rating, button)); });
    return h('div', { class: 'rate', role: 'group', 'aria-label': 'Was this helpful?' }, up, down);
  };
  const add = (said) => {
    if (said.number <= last) return;
    last = said.number;
    if (said.author === 'note') { log.append(h('p', { class: 'note', 'data-note': said.number }, said.text)); return; }
    const lines = said.text.split('\n');
    const shown = said.products.length && lines.filter((line) => NUMBERED.test(line)).length === said.products.length ? lines.filter((line) => !NUMBERED.test(line)).join('\n') || said.text : said.text;
    const speaker = { customer: 'You: ', assistant: 'Assistant: ', person: '' }[said.author];
    const turn = h('article', { class: `turn ${said.author}` }, said.author === 'person' ? h('small', {}, said.name) : h('span', { class: 'unseen' }, speaker), prose(shown));
    if (said.author === 'assistant') turn.append(thumbs(said.number));
    log.append(turn);
    if (said.products.length) cards(said.products, turn).catch(complain);
    offer(said.author === 'assistant' ? said.choices : []);
    if (panel.hidden && said.author !== 'customer') unread += 1;
  };
  const offer = (words) => chips.replaceChildren(...words.map((word) => h('button', { type: 'button', onclick: () => say(word) }, word)));
  const show = (now) => {
    mode = now.mode;
    now.said.forEach(add);
    now.taken_back.forEach((number) => log.querySelector(`[data-note="${number}"]`)?.remove());
    hello.hidden = last > 0;
    state.className = `state ${mode}`;
    state.replaceChildren(h('i'), { waiting: 'Waiting for a person. You can keep writing.', agent: `You are talking with ${now.person}`, closed: 'Closed. Write again at any time.' }[mode] || 'Assistant');
    person.hidden = mode === 'waiting' || mode === 'agent';
    count.hidden = !unread;
    count.textContent = unread;
    launch.querySelector('.unseen, .label').textContent = settings.label || (unread ? `Open chat, ${unread} new` : 'Open chat');
    if (mode === 'agent' || now.said.some((said) => said.author !== 'customer')) working.hidden = true;
    follow();
    listen();
  };
  const follow = () => talk.scrollTo({ top: talk.scrollHeight, behavior: calm() || panel.hidden ? 'instant' : 'smooth' });
  const complain = (error) => {
    if (error.name === 'AbortError') return;
    trouble.textContent = error instanceof Refused ? error.message : `No connection to the shop. ${box.value ? 'Your message is in the box; please send it again.' : 'Please try again.'}`;
    trouble.hidden = false;
    follow();
  };
  const tell = async (path, options) => {
    const mine = token();
    const now = await (await call(path, options)).json();
    if (token() === mine) show(now);  // else it was left meanwhile
  };
  const look = async () => { if (token()) await tell(`/api/v1/chat/messages?after=${last}`); };

  async function say(text) {
    if (asking || !text.trim()) return;
    const mine = asking = new AbortController();
    const known = token();
    trouble.hidden = true;
    offer([]);
    hello.hidden = true;
    const typed = h('article', { class: 'turn customer', 'aria-hidden': 'true' }, prose(text));
    const answer = h('article', { class: 'turn' }, h('span', { class: 'dots' }, h('i'), h('i'), h('i')));
    working.replaceChildren(typed, ...(mode === 'bot' || mode === 'closed' ? [answer] : []));
    working.className = 'log';
    working.hidden = false;
    follow();
    try {
      await begin();
      let said = '';
      for await (const [name, data] of events(await call('/api/v1/chat/stream', { body: { text, conversation: token() }, signal: mine.signal }))) {
        if (name === 'failed') throw new Refused(data.detail);
        if (name !== 'words') continue;
        said += data.text;
        if (mode === 'bot' || mode === 'closed') { answer.replaceChildren(prose(said)); follow(); if (!calm()) await new Promise((done) => setTimeout(done, 12)); }
      }
      await look();
    } catch (error) {
      if (asking !== mine) return;  // a new chat was begun
      if (error.status === 400 && known) { anew(); await say(text); return; }
      if (!box.value) box.value = text;
      complain(error);
    }
    if (asking !== mine) return;
    working.hidden = true;
    asking = null;
  }

  async function askForPerson() {
    trouble.hidden = true;
    try {
      await begin();
      await tell('/api/v1/chat/person', { method: 'POST' });
    } catch (error) { complain(error); }
    box.focus();
  }

  function anew() {
    keep({ conversation: null });
    memory = {};
    clear();
    box.focus();
  }
  function clear() {
    onScreen = token();
    asking?.abort();
    ears?.abort();
    clearTimeout(quiet);
    asking = ears = null;
    last = unread = 0;
    log.replaceChildren();
    trouble.hidden = working.hidden = true;
    welcome();
    show({ mode: 'bot', person: '', said: [], taken_back: [] });
  }
  addEventListener('storage', (event) => { if (event.key === slot && token() !== onScreen) { clear(); look().catch(() => {}); } });

  // ---- people's words arrive by themselves while somebody looks ----
  let ears = null;
  async function listen() {
    const wanted = token() && last && document.visibilityState === 'visible' && (!panel.hidden || mode === 'waiting' || mode === 'agent');
    if (!wanted) { ears?.abort(); ears = null; return; }
    if (ears) return;
    const mine = ears = new AbortController();
    for (let wait = 500; ears === mine; wait = Math.min(wait * 2, 15000)) {
      try {
        for await (const [name, data] of events(await call(`/api/v1/chat/events?after=${last}`, { signal: mine.signal }))) {
          wait = 500;
          if (name === 'talk' && ears === mine) show(data);
          if (name === 'typing' && ears === mine) writes(data.who);
        }
      } catch (error) {
        if (error.name === 'AbortError' || (error.status >= 400 && error.status < 429)) break;
      }
      await new Promise((done) => setTimeout(done, wait));
    }
    if (ears === mine) ears = null;
  }
  let quiet = 0;
  const writes = (who) => {
    state.replaceChildren(h('i'), `${who[0].toUpperCase() + who.slice(1)} is writing`);
    clearTimeout(quiet);
    quiet = setTimeout(() => look().catch(complain), 4000);
  };
  document.addEventListener('visibilitychange', () => { if (token()) (document.visibilityState === 'visible' ? look().catch(() => {}) : listen()); });

  // ---- opening, closing, the keyboard ----
  function welcome() {
    if (!config) return;
    title.textContent = settings.title || config.shop;
    hello.replaceChildren(h('h3', {}, settings.greeting || `Welcome to ${config.shop}`), h('p', {}, config.greeting));
    small.textContent = config.notice;
    small.hidden = !config.notice;
    if (!last) offer(config.prompts);
  }
  async function open(text) {
    panel.hidden = false;
    all.classList.add('open');
    launch.setAttribute('aria-expanded', 'true');
    launch.querySelector('.unseen, .label').textContent = settings.label || 'Close chat';
    if (phone.matches) document.documentElement.style.setProperty('overflow', 'hidden');
    unread = 0;
    count.hidden = true;
    keep({ open: true });
    box.focus();
    try {
      config = config || await (await call('/widget/config')).json();
      if (token()) await look();
      welcome();
    } catch (error) {
      if (error.status === 400) anew(); else complain(error);
    }
    if (text) await say(text);
  }
  function close() {
    panel.hidden = true;
    all.classList.remove('open');
    launch.setAttribute('aria-expanded', 'false');
    launch.querySelector('.unseen, .label').textContent = settings.label || 'Open chat';
    document.documentElement.style.removeProperty('overflow');
    keep({ open: false });
    listen();
    launch.focus();
  }
  panel.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') { event.stopPropagation(); close(); }
    if (event.key !== 'Tab') return;
    const stops = [...panel.querySelectorAll('button, a, textarea, [tabindex="0"]')].filter((one) => one.getClientRects().length);
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (root.activeElement === edge) { event.preventDefault(); (event.shiftKey ? stops.at(-1) : stops[0]).focus(); }
  });
  const submit = (event) => {
    event?.preventDefault();
    if (asking) return;
    const text = box.value;
    box.value = '';
    grow();
    say(text);
  };
  const grow = () => { box.style.height = 'auto'; box.style.height = `${box.scrollHeight}px`; };
  form.addEventListener('submit', submit);
  box.addEventListener('input', () => { grow(); typing(); });
  box.addEventListener('keydown', (event) => { if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) submit(event); });
  let told = 0;
  const typing = () => {
    if (mode !== 'agent' || Date.now() - told < 2000) return;
    told = Date.now();
    call('/api/v1/chat/typing', { method: 'POST' }).catch(() => {});
  };
  document.addEventListener('click', (event) => {
    const asks = event.target.closest?.('[data-shopclerk-ask]');
    if (asks) { event.preventDefault(); open(asks.dataset.shopclerkAsk); }
  });

  // ---- colours from attributes; light or dark ----
  const dim = matchMedia('(prefers-color-scheme: dark)');
  const tone = () => host.classList.toggle('dark', settings.theme ? settings.theme === 'dark' : dim.matches);
  dim.addEventListener('change', tone);
  for (const name of ['accent', 'onAccent', 'paper', 'surface', 'sunken', 'ink', 'muted', 'line', 'tint', 'font']) {
    if (settings[name]) host.style.setProperty(`--shopclerk-${name.replace(/[A-Z]/g, (sign) => `-${sign.toLowerCase()}`)}`, settings[name]);
  }
  const readable = () => {  // white or black on the shop's own colour, whichever can be read
    if (!settings.accent || settings.onAccent) return;
    const [r, g, b] = getComputedStyle(launch).backgroundColor.match(/[\d.]+/g).map((part) => (part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    host.style.setProperty('--shopclerk-on-accent', 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? '#111' : '#fff');
  };
  const start = () => {
    tone();
    document.body.append(host);
    readable();
    const wide = !phone.matches && (kept().open || settings.open === 'true');
    if (wide) open(); else if (token()) look().catch(() => {});
  };
  window.shopclerk = { open, close, send: open };
  if (document.body) start(); else document.addEventListener('DOMContentLoaded', start);
})();
