// A tab that nobody sees asks nothing: timers of a second and more rest while it is hidden, and those that were due ring once
// when it is looked at again. Loaded before Streamlit's own scripts, whose timers are what a page ticks by.
(() => {
  const set = window.setInterval.bind(window), clear = window.clearInterval.bind(window);
  const due = new Map(); // timer -> what it would have done

  window.setInterval = (work, every, ...given) => {
    if (typeof work !== "function" || !(every >= 1000)) return set(work, every, ...given);
    const timer = set(() => (document.hidden ? due.set(timer, () => work(...given)) : work(...given)), every);
    return timer;
  };
  window.clearInterval = (timer) => {
    due.delete(timer);
    clear(timer);
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    const now = [...due.values()];
    due.clear();
    now.forEach((work) => work());
  });
})();
