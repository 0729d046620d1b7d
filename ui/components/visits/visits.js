// What a page writes into its address while it is first drawn belongs to the entry of that visit (__init__.py).
{
  const enter = history.pushState.bind(history);
  const drawn = () => /** @type {HTMLElement | null} */ (document.querySelector("[data-testid=stApp]"))?.dataset.testScriptState === "notRunning";
  let arriving = !drawn();
  let going = false; // Back or Forward was pressed, and its page has not been drawn
  let leaving = false; // a link to another page was followed, and the page's path has not been entered
  let ahead = ""; // what that page wrote into its address before

  history.pushState = (state, title, url) => {
    const written = new URL(url, location.href);
    const same = written.pathname === location.pathname;
    if (going && !same) return; // a page that was passed on the way, and answers late
    if (leaving && same) {
      ahead = written.search;
      return;
    }
    if (leaving && ahead) written.search = ahead;
    leaving = false;
    if (same && arriving) {
      history.replaceState(state, title, written);
    } else {
      enter(state, title, written);
      arriving = !same;
    }
  };
  addEventListener("popstate", () => { going = true; }, true);
  for (const deed of ["pointerdown", "keydown"]) addEventListener(deed, () => { going = leaving = false; }, true);
  addEventListener("click", (event) => {
    const link = /** @type {Element} */ (event.composedPath()[0]).closest?.("a");
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || link?.target === "_blank";
    leaving = Boolean(link?.href) && !elsewhere && link?.origin === location.origin && link.pathname !== location.pathname;
    ahead = "";
  }, true);
  window.softlabelArrived = () => { arriving = false; }; // a quick answer is never seen under way
  new MutationObserver(() => drawn() && (arriving = going = leaving = false)).observe(document.body, {
    attributeFilter: ["data-test-script-state"],
    subtree: true,
  });
}
