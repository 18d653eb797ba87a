// Small things that every page of ours needs before or outside Gradio.
(() => {
  const saved = localStorage.getItem('shopclerk-theme');
  const dark = saved ? saved === 'dark' : window.matchMedia('(prefers-color-scheme: dark)').matches;
  const apply = (on) => document.body?.classList.toggle('dark', on);
  apply(dark);
  document.addEventListener('DOMContentLoaded', () => apply(dark));
})();

// Tell the server that somebody is at the screen, so that a session ends when nobody is. Pages of the staff only.
if (/^\/(desk|insights|account)/.test(location.pathname)) {
  let told = Date.now();
  const tell = () => {
    if (Date.now() - told < 60_000) return;
    told = Date.now();
    fetch('/alive', { method: 'POST' }).catch(() => { told = 0; });
  };
  for (const sign of ['keydown', 'pointerdown']) addEventListener(sign, tell, { passive: true, capture: true });
}
