// One step of Back for one act of the viewer. Streamlit writes an entry of the browser's history for each parameter that the
// server sets or takes away: a change of page first writes the next page's parameters behind the address of the page that is
// still there, and Back would lead to a page that nobody has seen. What is written without anybody having clicked or typed since
// the entry before is made part of that entry.
//
// Back while a page is still on its way: what the server says of that page comes after it, and Streamlit would write its address
// and parameters over those of the page that the viewer went back to. Until the next act such a writing is left out, and
// Streamlit is told the address once more, since it has noted what came late. A page that insists on other parameters has its way.
(() => {
  const push = window.history.pushState.bind(window.history);
  const replace = window.history.replaceState.bind(window.history);
  const TOLD = 3; // times that an address gone back to is told again
  let acted = false, back = "", left = 0;

  const late = (address) => {
    if (acted || left === 0 || new URL(address, window.location.href).href === back) return false;
    left -= 1;
    window.setTimeout(() => { if (window.location.href === back) window.dispatchEvent(new PopStateEvent("popstate")); });
    return true;
  };
  window.history.pushState = (state, title, address = "") => {
    if (late(address)) return;
    (acted ? push : replace)(state, title, address);
    acted = false;
  };
  window.history.replaceState = (state, title, address = "") => { if (!late(address)) replace(state, title, address); };
  for (const act of ["pointerdown", "keydown"]) window.addEventListener(act, () => { [acted, left] = [true, 0]; }, true);
  window.addEventListener("popstate", (event) => {
    acted = false;
    if (event.isTrusted) [back, left] = [window.location.href, TOLD];
  }, true);
})();
