// The root of the document says the language and the direction that the page is in: a screen reader reads by it, and menus, which
// Streamlit draws beside the page, run the same way. The page says it in a style element of class `language`.
(() => {
  const root = document.documentElement;

  const say = () => {
    const said = document.querySelector("style.language");
    if (!said || (root.lang === said.lang && root.dir === said.dir)) return;
    root.lang = said.lang;
    root.dir = said.dir;
  };
  new MutationObserver(say).observe(root, { childList: true, subtree: true, attributeFilter: ["lang", "dir"] });
})();
