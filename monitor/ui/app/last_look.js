// When the viewer last looked, kept in this browser and nowhere else: a look that begins half an hour or more after the one
// before has ended is another look. The server is told by a cookie that holds nothing but that time.
(() => {
  const PAUSE = 30 * 60 * 1000, MINUTE = 60 * 1000, KEPT = 60 * 24 * 3600;

  const begin = () => { // gives whether another look begins
    const seen = Number(window.localStorage.getItem("monitor.seen"));
    const another = seen > 0 && Date.now() - seen >= PAUSE;
    if (another) window.localStorage.setItem("monitor.looked", new Date(seen).toISOString());
    const looked = window.localStorage.getItem("monitor.looked");
    if (looked) document.cookie = `looked=${encodeURIComponent(looked)}; path=/; max-age=${KEPT}; SameSite=Lax`;
    window.localStorage.setItem("monitor.seen", Date.now());
    return another;
  };
  const look = () => { if (!document.hidden) window.localStorage.setItem("monitor.seen", Date.now()); };

  try {
    begin();
    window.setInterval(look, MINUTE);
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) window.localStorage.setItem("monitor.seen", Date.now());
      else if (begin() && document.querySelector("table.board")) window.location.reload(); // the server reads it anew
    });
  } catch { } // a browser that keeps nothing for us: a link may say it (?looked=)
})();
