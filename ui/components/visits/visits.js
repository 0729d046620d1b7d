// What a page writes into its address while it is first drawn belongs to the entry of that visit (__init__.py).
if (!window.softlabelVisits) {
  window.softlabelVisits = true;
  const enter = history.pushState.bind(history);
  const drawn = () => /** @type {HTMLElement | null} */ (document.querySelector("[data-testid=stApp]"))?.dataset.testScriptState === "notRunning";
  let arriving = !drawn();
  let going = false; // Back or Forward was pressed, and its page has not been drawn

  history.pushState = (state, title, url) => {
    const same = new URL(url, location.href).pathname === location.pathname;
    if (going && !same) return; // a page that was passed on the way, and answers late
    if (same && arriving && !drawn()) {
      history.replaceState(state, title, url);
    } else {
      enter(state, title, url);
      arriving = !same;
    }
  };
  addEventListener("popstate", () => { going = true; }, true);
  for (const deed of ["pointerdown", "keydown"]) addEventListener(deed, () => { going = false; }, true);
  new MutationObserver(() => drawn() && (arriving = going = false)).observe(document.body, {
    attributeFilter: ["data-test-script-state"],
    subtree: true,
  });
}
