// A text to take along: chosen and copied by a button. Where a script may not copy (without TLS), chosen is enough for Ctrl+C.

import { el, framed } from "./elements.js";

/** @param {{ data: { text: string, copy: string, copied: string }, parentElement: ShadowRoot }} component */
export default ({ data: { text, copy, copied }, parentElement }) => {
  const code = el("code", {}, text);
  const button = el("button", { type: "button" }, copy);
  button.onclick = () => {
    getSelection().selectAllChildren(code);
    navigator.clipboard?.writeText(text).then(() => { button.textContent = copied; }, () => {});
  };
  const root = framed("text", import.meta.url, copy, {}, el("pre", { tabindex: "0" }, code), button);
  parentElement.replaceChildren(root);
  return () => root.remove();
};
