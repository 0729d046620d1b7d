// Every key presses its button once and in order: the next one when the page has answered the one before.
// __init__.py says why, and gives KEYS, the names of all keys that press buttons,
// and PAGES, the last part of each page's address; the first page has none.
{
  const REST = 300; // ms by which a slider that moved has told the server: at once, or when it has rested
  const LONGEST = 10_000; // ms at rest in which an answer is awaited that may never come, as after a cut of the network
  /** @type {string[]} */
  const waiting = []; // names of the keys pressed and not yet handed on
  /** @type {{[name: string]: string}} */
  let buttons = {}; // name of a key -> class of the button that it presses on the page as it stands, or of what is around it
  /** @type {number | null} */
  let due = null; // when what was sent last was sent: later answers count for it; null when nothing is awaited
  let answers = 0; // how often the page has answered
  let rested = 0; // when a script began or ended last: a server may take as long as it likes

  /** @returns {HTMLButtonElement | null} */
  const button = (/** @type {string} */ name) => (buttons[name] ? document.querySelector(`button.${buttons[name]}, .${buttons[name]} button`) : null);
  const still = () => /** @type {HTMLElement | null} */ (document.querySelector("[data-testid=stApp]"))?.dataset.testScriptState === "notRunning";
  const here = () => PAGES.find((name) => location.pathname.endsWith(`/${name}`)) ?? "";
  let page = here(); // whose buttons these are: another page's come last of all that it draws
  const late = (/** @type {number} */ since) => performance.now() > Math.max(since, rested) + LONGEST;
  const idle = () => (due === null || late(due)) && still() && page === here();

  let choice = { seen: -1, at: -LONGEST }; // how often the page had answered when something was chosen, and when
  const unanswered = () => answers === choice.seen && !late(choice.at);

  const handOn = () => {
    while (waiting.length && idle()) {
      const pressed = button(waiting[0]);
      if ((!pressed || pressed.disabled) && unanswered()) return; // the choice just made may let it be pressed
      waiting.shift();
      if (!pressed || pressed.disabled) continue;
      due = performance.now();
      pressed.click();
    }
  };
  const soon = () => setTimeout(handOn); // when all that came with the answer is drawn

  const named = (/** @type {KeyboardEvent} */ { key, ctrlKey, metaKey, altKey, shiftKey }) => {
    if (altKey || shiftKey) return "";
    const name = key === "Escape" ? "Esc" : key.length === 1 ? key.toUpperCase() : key;
    return ctrlKey || metaKey ? `Ctrl+${name}` : name;
  };
  const FIELD = "input:not([type=radio], [type=checkbox], [type=range], [type=button], [type=submit])";
  // Whether a key belongs to what has the focus.
  const taken = (/** @type {string} */ name, /** @type {Element} */ focus) => {
    if (document.querySelector("[role=dialog]")) return true; // it stands over the page, wherever the focus is
    if (focus.closest?.("[role=listbox], [aria-expanded=true]")) return true; // an open menu
    if (focus.matches?.("textarea, [contenteditable=true]")) return name !== "Esc";
    const types = focus.matches?.(FIELD); // PageDown, Esc and Ctrl+Enter mean nothing in a line of text
    if (name === "Ctrl+Z") return types && focus.getAttribute("role") !== "combobox"; // a menu has nothing to take back
    return (types || focus.matches?.("select")) && name.length === 1;
  };

  const slides = (/** @type {HTMLInputElement} */ target) => {
    const [before, seen] = [target.value, answers];
    setTimeout(() => {
      if (target.value === before) return;
      const told = (due = performance.now() + REST);
      setTimeout(() => {
        if (due === told && answers > seen && still()) due = null; // it told at once and was answered
        handOn();
      }, REST);
    });
  };

  // A choice tells the server a moment after it was made: a key pressed at once is for the page that answers it.
  const chosen = (/** @type {MouseEvent} */ { target }) => {
    if (!(target instanceof Element) || !target.closest("label")?.querySelector("input[type=radio], input[type=checkbox]")) return;
    choice = { seen: answers, at: performance.now() };
    setTimeout(handOn, LONGEST + REST); // should the answer never come
  };

  const take = (/** @type {KeyboardEvent} */ event) => {
    const [name, focus] = [named(event), /** @type {Element} */ (event.composedPath()[0])]; // a shadow root hides it from the target
    const { target } = event;
    if (target instanceof HTMLInputElement && target.type === "range" && !KEYS.includes(name)) slides(target);
    if (!KEYS.includes(name) || taken(name, focus)) return;
    const free = idle() && !waiting.length;
    if (free && !button(name) && !unanswered()) return; // nobody's: the browser's own
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.repeat && !free) return; // held down: as often as the page answers
    waiting.push(name);
    handOn();
    setTimeout(handOn, LONGEST + REST); // should the answer never come
  };
  addEventListener("keydown", take, true);
  addEventListener("click", chosen, true); // a radio of Streamlit's tells of no change
  // What belongs to the focus is not for the buttons that Streamlit presses by itself. (Esc may have to be heard.)
  document.body.addEventListener("keydown", (event) => {
    const name = named(event);
    if (KEYS.includes(name) && name !== "Esc") event.stopPropagation();
  });

  const ran = () => {
    rested = performance.now();
    soon();
    if (waiting.length) setTimeout(handOn, LONGEST + REST); // should the answer never come
  };
  new MutationObserver(ran).observe(document.body, {
    attributeFilter: ["data-test-script-state"],
    subtree: true,
  });

  window.softlabelKeys = (taken, whose) => { // the page before may be drawn once more after the address has changed
    [buttons, page] = [taken, whose];
    if (page === here()) window.softlabelArrived?.();
    answers += 1;
    if (due !== null && performance.now() >= due) due = null;
    soon();
  };
}
