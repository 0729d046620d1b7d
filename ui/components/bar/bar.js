// The bar above every page: what can be done anywhere. It stands in the document's own style (ui/style.css).
{
  /**
   * @typedef {{ name: string, text: string, help: string, key?: string | null, off?: boolean }} Button
   * @typedef {{ label: string, pick: string, options: [string, string][], now: string | null }} Preset
   * @typedef {{ language: string, description: string, name: string, keys: Record<string, string> }} Page
   * @typedef {{ preset: Preset | null, buttons: Button[], page: Page, heard: number }} Data
   * @typedef {[number, string, unknown]} Deed
   */

  class Bar {
    /** @param {HTMLElement} parent @param {(deeds: Deed[]) => void} tell */
    constructor(parent, tell) {
      this.tell = tell;
      this.deeds = /** @type {Deed[]} */ ([]); // done and not heard yet: number, what, value
      this.number = Date.now(); // greater than any of a bar that stood here before
      this.offered = "";
      this.root = document.createElement("div");
      this.root.className = "bar";
      parent.replaceChildren(this.root);
    }

    /** @param {string} what @param {unknown} [value] */
    do(what, value = null) {
      this.number += 1;
      this.deeds.push([this.number, what, value]);
      this.tell([...this.deeds]);
    }

    /** @param {Data} data */
    hear({ preset, buttons, page, heard }) {
      this.number = Math.max(this.number, heard);
      this.deeds = this.deeds.filter(([number]) => number > heard);
      const offered = JSON.stringify([preset?.options, buttons.map((one) => one.name)]);
      if (offered !== this.offered) this.build(preset, buttons);
      this.offered = offered;
      if (preset && !this.deeds.length) this.menu.value = preset.now ?? "";
      for (const [place, { text, help, key, off }] of buttons.entries()) {
        const button = this.buttons[place];
        button.textContent = text;
        button.title = help;
        button.disabled = Boolean(off);
        if (key) button.setAttribute("aria-keyshortcuts", key);
      }
      document.documentElement.lang = page.language;
      document.querySelector("meta[name=description]")?.setAttribute("content", page.description);
      window.softlabelKeys?.(page.keys, page.name);
    }

    /** @param {Preset | null} preset @param {Button[]} buttons */
    build(preset, buttons) {
      this.buttons = buttons.map(({ name }) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = `bar-${name}`;
        button.onclick = () => this.do(name);
        return button;
      });
      this.menu = document.createElement("select");
      this.menu.onchange = () => this.do("preset", this.menu.value);
      if (preset) {
        this.menu.setAttribute("aria-label", preset.label);
        const none = new Option(preset.pick, "");
        none.disabled = none.hidden = true;
        this.menu.replaceChildren(none, ...preset.options.map(([name, title]) => new Option(title, name)));
      }
      this.root.replaceChildren(...(preset ? [this.menu] : []), ...this.buttons);
    }
  }

  /** @type {WeakMap<HTMLElement, Bar>} */
  const bars = new WeakMap(); // where a bar stands -> it
  window.softlabelBar = (parent, data, tell) => {
    if (!bars.get(parent)?.root.isConnected) bars.set(parent, new Bar(parent, tell));
    const bar = bars.get(parent);
    bar.tell = tell;
    bar.hear(data);
  };
}
