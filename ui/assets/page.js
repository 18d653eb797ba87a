// Small things that every page of ours needs before or outside Gradio.
(() => {
  const saved = localStorage.getItem('shopclerk-theme');
  const dark = saved ? saved === 'dark' : window.matchMedia('(prefers-color-scheme: dark)').matches;
  const apply = (on) => document.body?.classList.toggle('dark', on);
  apply(dark);
  document.addEventListener('DOMContentLoaded', () => apply(dark));
})();
