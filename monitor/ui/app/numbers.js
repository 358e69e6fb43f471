// Numbers with the separators of the page's language, where Streamlit and ECharts write them: the cells of tables and the axes of charts
// know those of English alone, and what they call localized follows the browser's language. So a text that is a number and nothing else
// is drawn with the page's separators, and whoever asks for the languages of the browser is told that of the page first. Digits are 0 to
// 9 and years those of the Gregorian calendar in every language.
(() => {
  const root = document.documentElement;
  const NUMBER = /^[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?( ?%)?$/;
  const ours = () => `${root.lang || "en"}-u-ca-gregory-nu-latn`;

  const separators = new Map();
  const separatorsOf = (language) => {
    if (!separators.has(language)) {
      const parts = new Intl.NumberFormat(language).formatToParts(12345.6);
      const of = (type) => parts.find((part) => part.type === type).value;
      separators.set(language, { ",": of("group"), ".": of("decimal") });
    }
    return separators.get(language);
  };
  const written = (text) => {
    if (!NUMBER.test(text)) return text;
    const marks = separatorsOf(ours());
    return text.replace(/[,.]/g, (mark) => marks[mark]);
  };
  for (const name of ["fillText", "strokeText", "measureText"]) {
    const drawn = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (text, ...more) {
      return drawn.call(this, written(String(text)), ...more);
    };
  }

  const browsers = navigator.languages;
  Object.defineProperty(navigator, "languages", { configurable: true, get: () => Object.freeze([ours(), ...browsers]) });
})();
