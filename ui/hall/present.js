// The big screen: what the room is asked, what it answered, and one primary button, which PageDown presses too.

(() => {
  const COUNTDOWN = 3; // seconds for the last guesses
  const SURE = 5000; // ms in which a second press means it
  const NEAR = 5; // points of 100 that count as near the truth
  const LOCAL = /^(localhost|127\.|0\.0\.0\.0|\[::1?\])/;
  const LONG = 300; // letters of a reason that is set smaller
  const MANY = 3; // recipes that are named beside the line

  const code = /\/hall\/([^/]+)\/present$/.exec(here)[1].toUpperCase().replace(/[^A-Z0-9]/g, "");
  const stage = byId("stage");
  const entry = byId("entry");

  /** @param {string} text */
  const heading = (text) => el("h1", {}, text);

  /** @param {number | string} number @param {string} text */
  const figure = (number, text, look = "count") => el("p", { class: look }, el("b", {}, String(number)), ` ${text}`);

  class Presenter {
    constructor() {
      this.base = `${here}/`;
      /** @type {PresenterState | null} */
      this.state = null;
      /** @type {Step[]} */
      this.steps = [];
      this.shown = ""; // which scene stands there
      this.painted = ""; // what of it is drawn already
      this.made = ""; // which buttons there are
      this.left = 0; // seconds of a countdown
      /** @type {object | null} */
      this.moving = null; // a move on its way
      this.asked = ""; // what a second press would do
      this.away = false;
      this.notice = "";
      this.hearing = new Hearing(this.base, {
        version: () => (this.state ? this.state.mark : ""),
        got: (state) => this.hear(state),
        lost: (away) => this.lost(away),
        refused: (error) => this.over(error),
      });
      addEventListener("keydown", (event) => this.key(event), true);
      addEventListener("resize", () => this.again());
      document.addEventListener("visibilitychange", () => this.wake());
      this.wake();
      document.addEventListener("click", (event) => {
        const more = document.querySelector("details[open]");
        if (more && !more.contains(/** @type {Node} */ (event.target))) more.removeAttribute("open");
      });
    }

    /** Keep the projector lit, where a browser can. */
    wake() {
      if (navigator.wakeLock && !document.hidden) navigator.wakeLock.request("screen").catch(() => {});
    }

    /** The secret of the link for a cookie, so that it is off the projected address at once. */
    async begin() {
      const lost = (/** @type {boolean} */ away) => this.lost(away);
      const secret = location.hash.slice(1);
      if (secret) {
        history.replaceState(null, "", here + location.search);
        const answer = await insist(`${this.base}enter`, { secret }, lost);
        if (answer.status !== 200) return this.over(answer.data ? answer.data.error : "no-room");
      }
      const answer = await insist(`${this.base}steps`, undefined, lost);
      if (answer.status !== 200) return this.over(answer.data ? answer.data.error : "no-room");
      this.steps = answer.data;
      return this.hearing.start();
    }

    /** @param {boolean} away */
    lost(away) {
      this.away = away;
      this.trouble();
    }

    /** What stands above everything: no connection, or what a second press would do. @param {string} notice */
    trouble(notice = this.notice) {
      this.notice = notice;
      const text = this.away ? say("present.away") : notice;
      byId("trouble").textContent = text;
      byId("trouble").hidden = !text;
    }

    /** @param {string} error */
    over(error) {
      this.hearing.stop();
      this.hearing.on = false;
      this.state = null;
      document.documentElement.lang = language;
      document.body.className = "over";
      byId("deeds").replaceChildren();
      this.hide();
      stage.replaceChildren(heading(say(error === "no-room" ? "present.ended" : "present.no-entry")));
    }

    /** @param {PresenterState} state */
    hear(state) {
      if (!this.state && language !== state.lang && !location.search.includes("lang=")) speak(state.lang).then(() => this.again(), () => {});
      if (!this.state || this.state.v !== state.v) {
        this.moving = null;
        this.trouble("");
      }
      if (state.stage !== "vote.open") this.left = 0;
      else if (state.step === this.pick && (!this.state || this.state.activity !== state.activity)) keep(`hall.${code}.step`, this.after(state.step));
      this.state = state;
      this.draw();
    }

    /** Everything anew: another language, another size. */
    again() {
      this.shown = "";
      if (this.state) this.draw();
    }

    // ---- moves

    /** @param {any} what */
    async move(what) {
      if (this.moving) return; // pressed twice: meant once
      const mine = {};
      this.moving = mine;
      this.trouble("");
      try {
        const answer = await request(`${this.base}move`, { v: this.state.v, ...what });
        if (answer.status === 403 || answer.status === 404) this.over(answer.data ? answer.data.error : "no-room");
        else if (answer.status !== 200 || !this.hearing.source) this.hearing.ask(); // it has moved by itself, or nobody tells
        if (unwell(answer)) this.trouble(say("present.not-moved"));
      } catch {
        this.trouble(say("present.not-moved"));
        this.hearing.ask();
      }
      if (this.moving === mine) this.moving = null;
    }

    /** What the next question will be. */
    get pick() {
      const chosen = kept(`hall.${code}.step`);
      if (this.steps.some(({ id }) => id === chosen)) return chosen;
      return this.steps[0].id;
    }

    /** The step behind that one. @param {string} step */
    after(step) {
      const place = this.steps.findIndex(({ id }) => id === step);
      return this.steps[(place + 1) % this.steps.length].id;
    }

    ask() {
      this.move({ to: "vote.open", step: this.pick });
    }

    /** The primary button, and PageDown. */
    on() {
      const { state } = this;
      if (state.stage === "lobby" || state.stage === "vote.revealed") this.ask();
      else if (state.stage === "vote.open") this.close();
      else if (state.stage === "vote.shown") this.move({ to: "vote.revealed" });
      else this.move({ axis: state.axis === "total" ? "right" : "total" });
    }

    /** PageUp: one back; twice where answers would be lost. */
    back() {
      const { state } = this;
      if (this.left) this.stop();
      else if (state.stage === "vote.shown") this.move({ to: "vote.open" });
      else if (state.axis === "total" && state.stage.startsWith("law")) this.move({ axis: "right" });
      else if (state.stage !== "lobby") this.lobby();
    }

    lobby() {
      const loses = this.state.stage !== "vote.revealed" && this.state.count > 0;
      if (loses) this.sure("lobby", say("present.sure-lobby"), () => this.move({ to: "lobby" }));
      else this.move({ to: "lobby" });
    }

    /** Do it at the second press. @param {string} what @param {string} question @param {() => void} act */
    sure(what, question, act) {
      if (this.asked === what) {
        this.asked = "";
        this.trouble("");
        act();
        return;
      }
      this.asked = what;
      this.trouble(question);
      setTimeout(() => {
        if (this.asked !== what) return;
        this.asked = "";
        this.trouble("");
      }, SURE);
    }

    /** Count down, then show the guesses; at once when pressed again. */
    close() {
      if (this.left) {
        this.stop();
        this.move({ to: "vote.shown" });
        return;
      }
      this.left = COUNTDOWN;
      this.draw();
      this.clock = setInterval(() => {
        this.left -= 1;
        if (this.left > 0) return this.draw();
        const due = this.left === 0;
        this.stop();
        if (due && this.state && this.state.stage === "vote.open") this.move({ to: "vote.shown" });
        return undefined;
      }, 1000);
    }

    stop() {
      clearInterval(this.clock);
      this.left = 0;
      if (this.state) this.draw();
    }

    /** @param {KeyboardEvent} event */
    key(event) {
      if (!this.state || event.ctrlKey || event.altKey || event.metaKey) return;
      const typing = /^(SELECT|INPUT|SUMMARY)$/.test(/** @type {Element} */ (event.target).tagName);
      const deeds = {
        PageDown: () => this.on(), PageUp: () => this.back(), Escape: () => this.escape(),
        ...(!typing && { ArrowRight: () => this.on(), ArrowLeft: () => this.back(), f: () => this.fill(), F: () => this.fill() }),
      };
      const deed = /** @type {Record<string, () => void>} */ (deeds)[event.key];
      if (!deed) return;
      event.preventDefault();
      if (!event.repeat) deed();
    }

    /** Esc: away with what is open; else the code, as large as it gets. */
    escape() {
      const more = document.querySelector("details[open]");
      if (this.left) this.stop();
      else if (this.asked) {
        this.asked = "";
        this.trouble("");
      } else if (more) more.removeAttribute("open");
      else if (!entry.hidden) this.hide();
      else if (this.state.stage !== "lobby") {
        entry.replaceChildren(...this.entrance());
        entry.setAttribute("aria-label", say("present.code"));
        entry.hidden = false;
        entry.onclick = () => this.hide();
      }
    }

    hide() {
      entry.hidden = true;
    }

    fill() {
      if (document.fullscreenElement) document.exitFullscreen();
      else document.documentElement.requestFullscreen().catch(() => {});
    }

    // ---- how phones come in

    /** Where phones go, as long as they can reach it. */
    get door() {
      if (!LOCAL.test(location.hostname)) return location.origin + here.replace(/\/present$/, "");
      const { open, addresses } = this.state.reach;
      if (!open || !addresses.length) return "";
      const chosen = kept("hall.address");
      return `${addresses.includes(chosen) ? chosen : addresses[0]}/hall/${code}`;
    }

    get spaced() {
      return `${code.slice(0, 3)}\u2009${code.slice(3)}`;
    }

    square() {
      const { door } = this;
      if (!door) return this.unreachable();
      return el("img", { class: "square", alt: say("present.square", { address: door }), src: `${this.base}qr.svg?to=${encodeURIComponent(door)}` });
    }

    /** "Scan, or open ... and type". */
    way(look = "way") {
      const { door } = this;
      if (!door) return "";
      const address = door.replace(/^https?:\/\//, "").replace(/\/[^/]*$/, "");
      return el("p", { class: look }, `${say("present.scan")} `, el("b", {}, address), ` ${say("present.type")}`);
    }

    unreachable() {
      return el("div", { class: "unreachable" }, el("h2", {}, say("present.local")), el("p", {}, say("present.local-why", { host: location.hostname })), el("code", {}, "HOST=0.0.0.0 make run"));
    }

    /** Which of this machine's addresses phones use; nothing where the page's own is one. */
    addresses() {
      const { open, addresses } = this.state.reach;
      if (!LOCAL.test(location.hostname) || !open || addresses.length < 2) return "";
      const menu = el("select", { "aria-label": say("present.address") }, ...addresses.map((one) => el("option", { value: one, selected: this.door.startsWith(`${one}/hall/`) ? "" : null }, one.replace(/^https?:\/\//, ""))));
      menu.onchange = () => {
        keep("hall.address", menu.value);
        this.again();
      };
      return el("p", { class: "note" }, `${say("present.address")} `, menu);
    }

    inside() {
      const { active, locked } = this.state;
      const one = figure(active, say(active === 1 ? "present.phone" : "present.phones"), "count inside");
      if (locked) one.append(el("span", { class: "note" }, ` · ${say("present.locked")}`));
      return one;
    }

    /** The lobby, and what Esc shows later on. */
    entrance() {
      return [el("div", { class: "wide" }, this.square()), el("div", { class: "beside" },
        heading(say("present.hello")), this.way("way large"), el("p", { class: "code" }, this.spaced), this.inside(),
        this.addresses(), el("p", { class: "claim" }, say("present.hello-why")))];
    }

    // ---- scenes

    draw() {
      const { state } = this;
      document.documentElement.lang = language;
      document.title = `${code.slice(0, 3)} ${code.slice(3)} · Soft Label Lab`;
      document.body.className = state.stage.split(".").join(" ");
      const scene = JSON.stringify([language, state.stage, state.activity, this.door]);
      const fresh = scene !== this.shown;
      if (fresh) {
        this.shown = scene;
        this.plot = null;
        this.painted = "";
        this.hide();
        if (state.stage === "lobby") stage.replaceChildren(...this.entrance());
        else {
          this.body = el("section");
          stage.replaceChildren(this.aside(), this.body);
          if (state.stage.startsWith("vote")) this.question();
          else this.board();
        }
      }
      this.deeds(); // before figures, which fill what is left
      for (const one of document.querySelectorAll(".inside")) one.replaceWith(this.inside());
      if (state.stage === "vote.open") this.counting();
      else if (state.stage.startsWith("vote")) this.guessed(fresh);
      else if (state.stage.startsWith("law")) this.law();
    }

    aside() {
      const { stage: at, why } = this.state;
      const reason = at === "vote.revealed" && why && said(why);
      const top = reason ? [el("h2", {}, say("present.why")), el("p", { class: reason.length > LONG ? "why long" : "why", tabindex: 0 }, reason)] : [this.square(), this.way()];
      return el("aside", {}, ...top, el("p", { class: "code" }, this.spaced), this.inside());
    }

    question() {
      const { q, stage: at } = this.state;
      this.body.append(el("p", { class: "claim" }, said(q.claim)), heading(said(q.ask)));
      if (q.table) this.body.append(this.table(q.table));
      if (at !== "vote.open") {
        this.sentence = el("p", { class: "sentence" });
        this.chart = el("div", { class: "chart" });
        this.body.append(this.sentence, this.chart);
        return;
      }
      if (q.choices) this.body.append(el("ul", {}, ...q.choices[language].map((one) => el("li", {}, one))));
      this.number = el("b");
      this.of = el("p", { class: "of" });
      this.clockface = el("p", { class: "clock" });
      this.progress = el("i");
      this.body.append(el("div", { class: "tall" }, el("div", { class: "split" }, el("p", { class: "total" }, this.number), this.clockface), this.of, el("div", { class: "bar" }, this.progress)));
    }

    /** Labels to count by hand, the truth marked. @param {{ rows: number[][], truths: number[] }} table */
    table({ rows, truths }) {
      const names = rows[0].map((_, place) => String.fromCharCode(65 + place));
      const line = (/** @type {number[]} */ row, /** @type {number} */ at) => el("tr", {}, el("th", { scope: "row" }, say("present.example", { number: at + 1 })),
        ...row.map((share, place) => el("td", { class: truths[at] === place ? "true" : null }, share.toFixed(2), truths[at] === place ? " ★" : "")));
      return el("table", {}, el("thead", {}, el("tr", {}, el("td"), ...names.map((name) => el("th", { scope: "col" }, name)))), el("tbody", {}, ...rows.map(line)));
    }

    /** Only how many: what they guess is shown when nobody guesses any more. */
    counting() {
      const { count, active } = this.state;
      this.number.textContent = String(count);
      this.of.textContent = this.left ? say("present.last") : say("present.of", { phones: Math.max(active, count) });
      this.clockface.textContent = this.left ? String(this.left) : "";
      this.progress.style.transform = `scaleX(${Math.min(1, count / Math.max(1, active))})`;
    }

    /** The guesses, and the truth on them. @param {boolean} fresh */
    guessed(fresh) {
      const { q, votes, truth } = this.state;
      const painted = JSON.stringify([votes, truth]);
      if (painted === this.painted) return;
      this.painted = painted;
      const text = q.kind === "number" ? this.verdict() : this.chosen();
      this.sentence.textContent = text;
      byId("news").textContent = text;
      if (q.kind === "number") histogram(this.chart, q, votes, truth, text, fresh);
      else bars(this.chart, q.choices[language], votes, truth, text);
    }

    verdict() {
      const { q, votes, truth } = this.state;
      const all = guesses(votes);
      if (!all.length && !truth) return say("present.nobody");
      const parts = all.length ? [say("present.median", { median: counted(q, all[Math.floor((all.length - 1) / 2)]) })] : [];
      if (truth) {
        const known = typeof truth.low === "number";
        parts.push(known ? say("present.is", { value: counted(q, truth.value), low: counted(q, truth.low), high: counted(q, truth.high) }) : say("present.is-exactly", { value: counted(q, truth.value) }));
        const near = all.filter((one) => Math.abs(one - truth.value) <= NEAR).length;
        if (all.length) parts.push(say("present.near", { near, all: all.length, gap: q.unit === "share" ? NEAR / 100 : say("present.points", { gap: NEAR }) }));
      }
      return parts.join(language === "zh" ? "" : " ");
    }

    chosen() {
      const { votes, truth } = this.state;
      const all = guesses(votes);
      if (!truth) return all.length ? "" : say("present.nobody");
      return say("present.right", { right: votes[truth.came] || 0, all: all.length });
    }

    // ---- the law

    board() {
      this.title = heading("");
      this.sentence = el("p", { class: "sentence" });
      this.chart = el("div", { class: "chart" });
      this.side = el("div", { class: "side" });
      this.body.append(this.title, this.sentence, el("div", { class: "split" }, this.chart, this.side));
    }

    law() {
      const { state } = this;
      const turned = state.axis === "total";
      const text = this.finding(turned);
      this.title.textContent = say(turned ? "present.turned" : "present.law");
      if (this.sentence.textContent !== text) {
        this.sentence.textContent = text;
        if (!state.waiting) byId("news").textContent = text;
      }
      if (!this.plot) this.plot = new Plot(this.chart);
      this.plot.show(state.points, turned, text);
      const side = JSON.stringify([state.points.length, state.count, state.won, turned]);
      if (side === this.painted) return;
      this.painted = side;
      this.side.replaceChildren(this.legend(), ...this.challenges(turned));
    }

    /** The sentence, from the numbers of the room. @param {boolean} turned */
    finding(turned) {
      const { count, phones, waiting, eta, failed, never, rule } = this.state;
      if (!count) return say("present.design");
      const parts = [say(count === 1 ? "present.experiment" : "present.experiments", { count, phones })];
      if (waiting) parts.push(say("present.waiting", { waiting, seconds: eta }));
      if (failed) parts.push(say("present.failed", { failed }));
      if (turned && rule) parts.push(say(rule.total > rule.right ? "present.rule" : "present.rule-plain", rule), this.wrong());
      else if (!turned && never && never.n > 1) parts.push(say("present.never", { low: percent(never.low), high: percent(never.high) }));
      return parts.filter(Boolean).join(language === "zh" ? "" : " ");
    }

    /** Which recipes stand on the wrong side of the line. */
    wrong() {
      /** @type {Record<string, number>} */
      const found = {};
      for (const [design, phones, , total, , learned] of this.state.points) {
        if (copies(design) || total === null || total < 1 === learned) continue;
        found[design[0]] = (found[design[0]] || 0) + phones;
      }
      const most = Object.entries(found).sort(([, one], [, another]) => another - one).slice(0, MANY);
      return most.length ? say("present.wrong-side", { recipes: most.map(([id, count]) => `${say(`recipe.${id}.name`)} ${count}`).join(say("present.comma")) }) : "";
    }

    /** What marks mean, and how many designs there are of each. */
    legend() {
      /** @type {Record<string, number>} */
      const counts = {};
      for (const [design, phones] of this.state.points) counts[design[0]] = (counts[design[0]] || 0) + phones;
      const line = (/** @type {Node} */ sign, /** @type {string} */ name, /** @type {string} */ count) => [sign, el("span", {}, name), el("b", {}, count)];
      const sign = (/** @type {any[]} */ ...marks) => drawn("svg", { viewBox: "-13 -13 26 26", class: "icon", "aria-hidden": "true" }, ...marks);
      return el("div", { class: "legend" },
        ...given.recipes.flatMap(({ id }) => line(icon(id), say(`recipe.${id}.name`), String(counts[id] || 0))),
        ...line(sign(drawn("circle", { r: 8, class: "hollow" })), say("present.hollow"), ""),
        ...line(sign(drawn("circle", { cx: -8, r: 4, class: "solid" }), drawn("circle", { cx: 6, r: 7, class: "solid" })), say("present.size"), ""));
    }

    /** @param {boolean} turned */
    challenges(turned) {
      return (turned ? [0, 1] : [0]).map((place) => {
        const won = this.state.won[place];
        return el("p", { class: won ? "challenge won" : "challenge" }, el("b", {}, won ? `✓ ${won}` : "○"), say(`present.challenge-${place + 1}`));
      });
    }

    // ---- deeds

    deeds() {
      const { state, left } = this;
      const at = state.stage;
      const key = JSON.stringify([language, at, state.axis, state.locked, Boolean(left), this.pick, this.steps.length]);
      if (key === this.made) return;
      this.made = key;
      const bar = byId("deeds");
      const focused = bar.contains(document.activeElement);
      const asking = at === "lobby" || at === "vote.revealed" || at === "law.shut";
      const [law] = at.split(".");
      const primary = () => {
        if (at === "lobby") return "present.ask";
        if (at === "vote.revealed") return "present.ask-next";
        if (at === "vote.open") return left ? "present.show-now" : "present.show";
        if (at === "vote.shown") return "present.reveal";
        return state.axis === "total" ? "present.back" : "present.turn";
      };
      const go = button(say(primary()), "go", () => this.on());
      go.append(el("kbd", {}, "PgDn"));
      const plain = (/** @type {string} */ word, /** @type {() => void} */ press, keys = "") => {
        const one = button(say(word), "", press);
        if (keys) one.append(el("kbd", {}, keys));
        return one;
      };
      const parts = law === "law" ? [go] : asking ? [this.menu(), go] : [go];
      if (at === "vote.open" && left) parts.push(plain("present.wait", () => this.stop(), "PgUp"));
      if (at === "vote.shown") parts.push(plain("present.reopen", () => this.move({ to: "vote.open" }), "PgUp"));
      if (at === "law.open") parts.push(plain("present.stop", () => this.move({ to: "law.shut" })));
      if (at === "law.shut") parts.push(plain("present.go-on", () => this.move({ to: "law.open" })), this.menu(), plain("present.ask", () => this.ask()));
      if (at === "lobby" || at === "vote.revealed") parts.push(plain("present.start-law", () => this.move({ to: "law.open" })));
      bar.setAttribute("aria-label", say("present.deeds"));
      bar.replaceChildren(...parts, el("span", { class: "gap" }), tongue(() => this.again(), "quiet"), this.more());
      if (focused) go.focus();
    }

    /** Which question comes next. */
    menu() {
      const menu = el("select", { "aria-label": say("present.question") });
      /** @type {Map<string, any>} */
      const groups = new Map();
      for (const { id, lesson, ask } of this.steps) {
        const name = said(lesson);
        if (!groups.has(name)) {
          groups.set(name, el("optgroup", { label: name }));
          menu.append(groups.get(name));
        }
        groups.get(name).append(el("option", { value: id, selected: id === this.pick ? "" : null }, said(ask)));
      }
      menu.onchange = () => keep(`hall.${code}.step`, menu.value);
      return menu;
    }

    more() {
      const { stage: at, locked } = this.state;
      const shut = (/** @type {() => void} */ press) => () => {
        document.querySelector("details").removeAttribute("open");
        press();
      };
      const item = (/** @type {string} */ word, /** @type {() => void} */ press, keys = "") => {
        const one = button(say(word), "", shut(press));
        if (keys) one.append(el("kbd", {}, keys));
        return one;
      };
      const items = [
        ...(at === "lobby" ? [] : [item("present.code", () => this.escape(), "Esc"), item("present.lobby", () => this.lobby())]),
        item("present.fill", () => this.fill(), "F"),
        item(locked ? "present.unlock" : "present.lock", () => this.move({ locked: !locked })),
        el("a", { href: `${this.base}results.csv`, download: "" }, say("present.results")),
        item("present.end", () => this.sure("end", say("present.sure-end"), () => this.move({ to: "ended" }))),
      ];
      return el("details", {}, el("summary", {}, say("present.more")), el("div", {}, ...items));
    }
  }

  new Presenter().begin();
})();
