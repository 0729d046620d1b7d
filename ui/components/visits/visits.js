// What a page writes into its address while it is first drawn belongs to the entry of that visit (__init__.py).
if (!window.softlabelVisits) {
  window.softlabelVisits = true;
  const enter = history.pushState.bind(history);
  const drawn = () => /** @type {HTMLElement | null} */ (document.querySelector("[data-testid=stApp]"))?.dataset.testScriptState === "notRunning";
  let arriving = !drawn();

  history.pushState = (state, title, url) => {
    const same = new URL(url, location.href).pathname === location.pathname;
    if (same && arriving && !drawn()) {
      history.replaceState(state, title, url);
    } else {
      enter(state, title, url);
      arriving = !same;
    }
  };
  new MutationObserver(() => drawn() && (arriving = false)).observe(document.body, {
    attributeFilter: ["data-test-script-state"],
    subtree: true,
  });
}
