// One step of Back for one act of the viewer. Streamlit writes an entry of the browser's history for each parameter that the
// server sets or takes away: a change of page first writes the next page's parameters behind the address of the page that is
// still there, and Back would lead to a page that nobody has seen. What is written without anybody having clicked or typed since
// the entry before is made part of that entry.
(() => {
  const push = window.history.pushState.bind(window.history);
  let acted = false;

  window.history.pushState = (...entry) => {
    if (acted) push(...entry);
    else window.history.replaceState(...entry);
    acted = false;
  };
  for (const act of ["pointerdown", "keydown"]) window.addEventListener(act, () => { acted = true; }, true);
  window.addEventListener("popstate", () => { acted = false; }, true);
})();
