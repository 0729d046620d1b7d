// A phone in the room: one question a screen, what answers it at the bottom, under the thumb.

(() => {
  const CLOSING = 2400; // ms in which a guess still counts once the presenter has closed, less than the server grants
  const MANY = 4; // choices from which on they stand side by side
  const RANKS = 6; // labels of an example that are shown
  const EXAMPLES = [3, 7, 0]; // digits whose labels are shown while one designs
  const DECAY = 0.6; // of the probability of a rank to that above, where a label has ranks
  /** @type {Record<string, string>} */
  const OVER = { ended: "phone.ended", full: "phone.full", locked: "phone.locked", cookies: "phone.cookies" };
  const NOISE = ["symmetric-noise", "pair-flip"]; // all probability on one label

  const code = (/\/hall\/([^/]+)$/.exec(here) || ["", ""])[1].toUpperCase().replace(/[^A-Z0-9]/g, "");
  const screen = byId("screen");
  const dock = byId("dock");

  /** An example with chances of its own that stay: what is drawn for it changes only where the sliders do. */
  class Example {
    /** @param {number} truth @param {number} chance of being spared, the lower the sooner it is wrong */
    constructor(truth, chance) {
      this.truth = truth;
      this.chance = chance;
      /** @type {number[]} */
      this.others = [];
      for (let label = 0; label < 10; label += 1) if (label !== truth) this.others.splice(Math.random() * (label + 1), 0, label);
      this.coins = this.others.map((_, place) => (place + Math.random()) / 9);
      this.place = 1 + Math.floor(9 * Math.random());
    }

    /** Its labels by rank, and how many of them are the set. @param {Design} design @returns {[number[], number]} */
    labels([id, a, b, k]) {
      const { truth, others, chance } = this;
      const share = (/** @type {number} */ place, /** @type {number} */ step) => step * recipeOf(id).sliders[place].factor;
      const wrong = chance < share(0, a);
      const rival = (truth + 1) % 10;
      const first = (/** @type {number} */ label) => [label, ...others.filter((one) => one !== label)];
      if (id === "candidate-set") {
        const set = others.filter((_, place) => this.coins[place] < share(1, b));
        if (!wrong) set.push(truth);
        if (!set.length) set.push(others[0]);
        return [set.sort(), set.length];
      }
      const ranks = wrong && (id === "pair-flip" || id === "fixed-rival") ? first(rival) : [...others];
      let rank = 0;
      if (NOISE.includes(id)) rank = wrong ? this.place : 0;
      if (id === "demotion") rank = a - 1;
      if (id === "fixed-rival") rank = 1;
      if (id === "hidden-class") rank = truth < a ? 5 : 0;
      ranks.splice(rank, 0, truth);
      return [ranks, k];
    }
  }

  class Phone {
    constructor() {
      this.base = `${here}/`;
      /** @type {PhoneState | null} */
      this.state = null;
      this.reason = ""; // why there is nothing to do
      this.shown = ""; // what stands on the screen
      this.name = ""; // the same, whatever of it changes
      /** @type {number | null} */
      this.guess = null;
      this.touched = false; // since the guess was sent
      /** @type {{ path: string, body: any } | null} */
      this.sending = null; // a guess or a design on its way
      this.closes = 0; // when guesses that still come are too late
      this.late = false;
      /** @type {Design} */
      this.design = ["", 0, 0, 3];
      this.again = false; // one more is being designed
      this.seats = 0; // asked for in vain
      this.examples = EXAMPLES.map((truth, place) => new Example(truth, (place + 0.5) / EXAMPLES.length));
      this.hearing = new Hearing(this.base, {
        version: () => (this.state ? this.state.v : ""),
        got: (state) => {
          this.seats = 0;
          this.hear(state);
        },
        lost: (away) => this.lost(away),
        refused: (error) => this.refused(error),
      });
      document.addEventListener("visibilitychange", () => {
        if (!this.state || this.reason) return;
        if (document.hidden) this.hearing.stop();
        else this.hearing.start();
      });
    }

    begin() {
      this.speak();
      if (code) {
        byId("code").textContent = `${code.slice(0, 3)} ${code.slice(3)}`;
        this.join();
      } else this.over("code");
    }

    /** Everything in the language of the page. */
    speak() {
      document.documentElement.lang = language;
      byId("language").replaceChildren(tongue(() => this.speak()));
      this.shown = "";
      this.draw();
    }

    // ---- the room

    async join() {
      const answer = await insist(`${this.base}join`, {}, (away) => this.lost(away));
      if (answer.status !== 200) return this.refused(answer.data ? answer.data.error : "no-room");
      this.reason = "";
      this.hear(answer.data);
      this.hearing.start();
      this.resend();
      return undefined;
    }

    /** @param {string} error */
    refused(error) {
      if (error === "no-seat") {
        this.seats += 1;
        if (this.seats < 4) this.join();
        else this.over("cookies");
      } else if (error === "no-room") this.over(this.state ? "ended" : "wrong");
      else this.over(error === "locked" || error === "full" ? error : "wrong");
    }

    /** @param {string} reason */
    over(reason) {
      this.hearing.stop();
      this.hearing.on = false;
      this.reason = reason;
      this.draw();
    }

    /** @param {boolean} away */
    lost(away) {
      byId("trouble").textContent = away ? say("phone.away") : "";
      byId("trouble").hidden = !away;
    }

    /** What those who do not look at the screen are told. @param {string} text */
    news(text) {
      byId("news").textContent = text;
    }

    /** @param {PhoneState} state */
    hear(state) {
      const before = this.state;
      const same = before && before.activity === state.activity;
      this.state = state;
      if (before && !same) this.done();
      if (!same) {
        this.guess = state.vote === undefined ? null : state.vote;
        this.touched = this.late = this.again = false;
        this.closes = 0;
      } else if (!this.touched && !this.sending && typeof state.vote === "number" && state.vote !== this.guess) {
        this.guess = state.vote;
        this.shown = ""; // the slider stands where it was: sent from another tab, or before the page was loaded anew
      }
      if (same && before.stage === "vote.open" && state.stage === "vote.shown") this.close();
      if (state.stage !== "vote.shown") this.closes = 0;
      if (same && state.mine && before.mine && state.mine.length > before.mine.length) {
        this.again = false;
        this.done();
      }
      if (same && state.mine && before.mine && before.mine.some(({ result }, place) => !result && state.mine[place].result)) this.outcome();
      this.draw();
    }

    /** How long ago guesses were closed matters only to who has none on its way. */
    close() {
      if (this.touched) this.submit();
      else if (this.guess === null) {
        this.closes = Date.now() + CLOSING;
        const tick = setInterval(() => {
          if (this.closes && Date.now() < this.closes) return this.label();
          clearInterval(tick);
          if (this.closes && this.touched) this.submit();
          this.closes = 0;
          return this.draw();
        }, 200);
      }
    }

    // ---- screens

    /** What is on the screen, however it looks. @returns {[string, () => void]} */
    which() {
      const { state, reason } = this;
      if (reason) return [reason, () => this.drawOver()];
      if (!state) return ["waiting", () => {}];
      if (state.stage === "lobby") return ["lobby", () => this.drawLobby()];
      if (state.stage === "vote.open" || this.closes) return ["vote", () => this.drawVote()];
      if (state.stage === "vote.shown") return ["closed", () => this.drawClosed()];
      if (state.stage === "vote.revealed") return ["revealed", () => this.drawTruth()];
      const open = state.stage === "law.open";
      const last = state.mine[state.mine.length - 1];
      if (open && (!last || this.again)) return ["make", () => this.drawMake()];
      if (!last) return ["shut", () => this.add(this.head(say("phone.shut")))];
      return last.result ? ["outcome", () => this.drawOutcome(last)] : ["training", () => this.drawTraining(last)];
    }

    draw() {
      const [name, make] = this.which();
      const { state } = this;
      const detail = { closed: [this.guess, this.late], revealed: state && state.truth, outcome: state && [state.mine, state.axis, state.stage], training: state && state.mine }[name];
      const shown = JSON.stringify([language, name, state && state.activity, detail]);
      if (shown === this.shown) {
        if (name === "vote") this.label();
        return;
      }
      const place = `${name} ${state ? state.activity : ""}`;
      const fresh = place !== this.name;
      this.shown = shown;
      this.name = place;
      screen.replaceChildren();
      dock.replaceChildren();
      make();
      const heading = screen.querySelector("h1");
      if (fresh && heading) {
        scrollTo(0, 0);
        heading.tabIndex = -1;
        heading.focus({ preventScroll: true });
      }
    }

    /** @param {(Node | string)[]} parts */
    add(...parts) {
      screen.append(...parts);
    }

    /** @param {string} text */
    head(text) {
      return el("h1", {}, text);
    }

    /** @param {string} text */
    note(text, look = "note") {
      return el("p", { class: look }, text);
    }

    drawOver() {
      const ask = this.reason === "code" || this.reason === "wrong";
      if (!ask) return this.add(this.head(say(OVER[this.reason])));
      const field = el("input", { type: "text", id: "typed", maxlength: 9, autocomplete: "off", autocapitalize: "characters", spellcheck: "false" });
      const error = this.note(this.reason === "wrong" ? say("phone.wrong") : "");
      error.id = "error";
      field.setAttribute("aria-describedby", "error");
      const go = () => {
        const typed = field.value.toUpperCase().replace(/[^A-Z0-9]/g, "");
        if (typed.length === 6) location.href = `${here.replace(/\/hall(\/.*)?$/, "/hall")}/${typed}`;
        else error.textContent = say("phone.six");
      };
      field.onkeydown = (/** @type {KeyboardEvent} */ event) => { if (event.key === "Enter") go(); };
      this.add(el("h1", {}, el("label", { for: "typed" }, say("phone.code"))), field, error);
      dock.append(button(say("phone.join"), "go", go));
      return undefined;
    }

    drawLobby() {
      this.add(el("p", { class: "tick", "aria-hidden": "true" }, "✓"), this.head(say("phone.in")), this.note(say("phone.wait"), "lead"), this.note(say("phone.privacy"), "note low"));
    }

    // ---- a vote

    /** What has been answered, in words. @param {number} value */
    answered(value) {
      const { q } = this.state;
      return q.kind === "number" ? counted(q, value) : q.choices[language][value];
    }

    drawVote() {
      const { q } = this.state;
      this.add(this.note(said(q.claim), "note claim"), this.head(said(q.ask)));
      if (q.table) this.add(this.table(q.table));
      if (q.kind === "number") {
        const big = el("div", { class: "big", "aria-hidden": "true" });
        const show = () => { big.textContent = this.guess === null ? "?" : this.answered(this.guess); };
        const scale = { low: 0, high: 100, start: 50 };
        const slider = this.slider(scale, this.guess, said(q.ask), (step) => counted(q, step), (step) => {
          this.pick(step);
          show();
        });
        show();
        dock.append(big, slider, el("div", { class: "ends", "aria-hidden": "true" }, ...[0, 50, 100].map((end) => el("span", {}, counted(q, end)))));
      } else dock.append(this.choice(q.choices[language], this.guess, (place) => this.pick(place), said(q.ask)));
      this.status = this.note("", "note status");
      this.go = button("", "go", () => this.submit());
      dock.append(this.status, this.go);
      this.label();
    }

    /** @param {number} value */
    pick(value) {
      this.guess = value;
      this.touched = this.state.vote !== value;
      this.label();
    }

    /** What the button does now, and what has been sent. */
    label() {
      if (!this.go || !this.go.isConnected) return;
      const { guess, closes, sending, state: { q, vote } } = this;
      if (!q) {
        this.go.disabled = !this.design[0] || sending !== null;
        this.go.textContent = say(sending ? "phone.sending" : this.design[0] ? "phone.train" : "phone.pick-recipe");
        return;
      }
      const sent = typeof vote === "number";
      const left = closes ? ` · ${Math.max(1, Math.ceil((closes - Date.now()) / 800))}` : "";
      const brief = (/** @type {number} */ value) => (q.kind === "number" ? counted(q, value) : this.answered(value));
      let text = say("phone.send");
      if (guess === null) text = say(q.kind === "number" ? "phone.move" : "phone.pick");
      else if (sending) text = say("phone.sending");
      else if (sent && vote === guess) text = say("phone.done");
      else if (sent) text = q.kind === "number" ? say("phone.change", { answer: brief(guess) }) : say("phone.change-choice");
      this.go.textContent = text + left;
      this.go.disabled = guess === null || sending !== null || (sent && vote === guess);
      this.status.textContent = sent ? say("phone.sent", { answer: brief(vote) }) : "";
    }

    /** Send the guess. */
    submit() {
      if (this.guess === null || this.sending) return;
      this.touched = false;
      this.send("vote", { activity: this.state.activity, x: this.guess });
    }

    /** Send, and keep what is sent until it is answered. @param {string} path @param {any} body */
    send(path, body) {
      this.sending = { path, body };
      keep(`hall.${code}`, JSON.stringify(this.sending));
      this.label();
      this.deliver();
    }

    /** Nothing is on its way any more. */
    done() {
      this.sending = null;
      keep(`hall.${code}`, "");
      this.label();
    }

    async deliver() {
      const { sending } = this;
      const { path, body } = sending;
      const wanted = () => this.sending === sending;
      const answer = await insist(`${this.base}${path}`, body, (away) => this.lost(away), wanted);
      if (!answer || !wanted()) return;
      const error = answer.status === 200 ? "" : (answer.data && answer.data.error) || "bad";
      if (error === "no-seat") { // sent again once there is one
        this.sending = null;
        this.refused(error);
        return;
      }
      if (error) {
        this.news(say("phone.late"));
        this.hearing.ask();
      } else if (path === "design") { // the next state has it, and says that it is done
        setTimeout(() => { if (wanted()) this.hearing.ask(); }, AGAIN);
        return;
      }
      this.done();
      if (path === "vote") this.heard(body.x, error);
      this.draw();
    }

    /** The guess has been answered. @param {number} x @param {string} error */
    heard(x, error) {
      const { state } = this;
      this.late = error !== "";
      if (this.late) {
        if (state.stage !== "vote.open") this.guess = typeof state.vote === "number" ? state.vote : null;
        return;
      }
      state.vote = x;
      this.touched = this.guess !== x;
      this.news(say("phone.sent", { answer: this.answered(x) }));
      if (state.stage !== "vote.shown") return;
      this.closes = 0;
      if (this.touched) this.submit(); // moved while the last one was on its way
    }

    /** What was not answered before the page was loaded anew. */
    resend() {
      const stored = this.sending ? null : JSON.parse(kept(`hall.${code}`) || "null");
      if (!stored || stored.body.activity !== this.state.activity) return;
      const { path, body } = stored;
      if (path === "vote") this.guess = body.x;
      else this.design = [body.recipe, body.a, body.b, body.k];
      this.again = path === "design";
      this.shown = "";
      this.send(path, body);
      this.draw();
    }

    drawClosed() {
      const { guess, late } = this;
      const { q, vote } = this.state;
      const value = typeof vote === "number" ? vote : guess;
      this.add(this.note(said(q.ask)), this.head(say("phone.closed")));
      this.add(this.note(value === null ? say(late ? "phone.late" : "phone.none") : say("phone.yours", { answer: this.answered(value) }), "lead"));
      if (q.kind === "number" && value !== null) this.add(this.ruler(value, {}));
      this.add(this.note(say("phone.look"), "note low"));
    }

    drawTruth() {
      const { q, truth } = this.state;
      const value = typeof this.state.vote === "number" ? this.state.vote : null;
      this.add(this.note(said(q.ask)));
      if (q.kind === "choice") {
        const right = value === truth.came;
        this.add(el("p", { class: "truth words" }, q.choices[language][truth.came]));
        const verdict = right ? say("phone.right") : say("phone.wrong-choice", { answer: value === null ? "" : this.answered(value) });
        return this.add(this.head(value === null ? say("phone.none") : verdict));
      }
      this.add(el("p", { class: "truth" }, counted(q, truth.value)));
      const known = typeof truth.low === "number";
      if (known) this.add(this.note(say("phone.between", { low: counted(q, truth.low), high: counted(q, truth.high) })));
      this.add(this.ruler(value, truth));
      if (value === null) return this.add(this.head(say("phone.none")));
      const gap = Math.round(Math.abs(value - truth.value));
      const off = q.unit === "share" ? (gap / 100).toFixed(2) : say(gap === 1 ? "phone.point" : "phone.points", { gap });
      const inside = known ? value >= truth.low && value <= truth.high : gap < 1;
      const verdict = inside ? say("phone.inside") : say(value > truth.value ? "phone.high" : "phone.low", { gap: off });
      return this.add(this.head(`${say("phone.yours", { answer: this.answered(value) })} ${gap || inside ? verdict : say("phone.inside")}`));
    }

    /** A guess and the truth on the scale. @param {number | null} value @param {Truth} truth */
    ruler(value, truth) {
      const x = (/** @type {number} */ at) => 10 + 3 * at;
      const line = (/** @type {string} */ d, /** @type {string} */ colour, /** @type {number} */ width, opacity = 1) =>
        drawn("path", { d, stroke: colour, "stroke-width": width, "stroke-linecap": "round", opacity });
      const parts = [line("M10 36h300", "var(--faint)", 6)];
      if (typeof truth.low === "number") parts.push(line(`M${x(truth.low)} 36H${x(truth.high)}`, "var(--mark)", 16, 0.35));
      if (typeof truth.value === "number") parts.push(line(`M${x(truth.value)} 18V54`, "var(--mark)", 5));
      if (value !== null) parts.push(drawn("circle", { cx: x(value), cy: 36, r: 10, fill: "var(--link)", stroke: "var(--ground)", "stroke-width": 3 }));
      for (const at of [0, 50, 100]) parts.push(words(x(at), 78, counted(this.state.q, at), at ? (at > 50 ? "end" : "middle") : "start"));
      return drawn("svg", { viewBox: "0 0 320 84", class: "ruler", "aria-hidden": "true" }, ...parts);
    }

    /** Labels to count by hand, the truth marked. @param {{ rows: number[][], truths: number[] }} table */
    table({ rows, truths }) {
      const names = rows[0].map((_, place) => String.fromCharCode(65 + place));
      const line = (/** @type {number[]} */ row, /** @type {number} */ at) => el("tr", {},
        el("th", { scope: "row" }, say("phone.example", { number: at + 1 })),
        ...row.map((share, place) => {
          const truth = truths[at] === place;
          return el("td", { class: truth ? "true" : null }, share.toFixed(2), ...(truth ? [el("span", {}, " ★")] : []));
        }));
      return el("table", {}, el("caption", {}, say("phone.table")),
        el("thead", {}, el("tr", {}, el("td"), ...names.map((name) => el("th", { scope: "col" }, name)))),
        el("tbody", {}, ...rows.map(line)));
    }

    // ---- parts

    /** A slider between two buttons; without a value until it is touched. @param {{ low: number, high: number, start: number }} scale
     * @param {number | null} value @param {string} name @param {(step: number) => string} words @param {(step: number) => void} on */
    slider({ low, high, start }, value, name, words, on) {
      const range = el("input", { type: "range", min: low, max: high, value: value === null ? start : value, "aria-label": name, class: value === null ? "blank" : null });
      const tell = (/** @type {string} */ text) => range.setAttribute("aria-valuetext", text);
      tell(value === null ? say("phone.untouched") : words(value));
      const set = (/** @type {number} */ step) => {
        range.value = Math.min(high, Math.max(low, step));
        range.className = "";
        tell(words(Number(range.value)));
        on(Number(range.value));
      };
      range.oninput = range.onclick = () => set(Number(range.value));
      const by = (/** @type {number} */ step, /** @type {string} */ sign, /** @type {string} */ what) => {
        const one = button(sign, "step", () => set(Number(range.value) + step));
        one.setAttribute("aria-label", `${name}: ${what}`);
        return one;
      };
      return el("div", { class: "slider" }, by(-1, "−", say("phone.less")), range, by(1, "+", say("phone.more")));
    }

    /** Buttons of which one is pressed. @param {(string | Node)[]} options @param {number | null} chosen
     * @param {(place: number) => void} on @param {string} name */
    choice(options, chosen, on, name, look = "") {
      const group = el("div", { class: `choice ${look || (options.length < MANY ? "" : "pairs")}`, role: "group", "aria-label": name });
      options.forEach((option, place) => {
        const one = button(option, "", () => {
          for (const [at, other] of [...group.children].entries()) other.setAttribute("aria-pressed", String(at === place));
          on(place);
        });
        one.setAttribute("aria-pressed", String(place === chosen));
        group.append(one);
      });
      return group;
    }

    // ---- designs

    drawMake() {
      const ids = given.recipes.map(({ id }) => id);
      const form = el("div", { class: "form" });
      const names = ids.map((id) => el("span", {}, icon(id), say(`recipe.${id}.name`)));
      this.add(this.head(say("phone.make")), this.choice(names, ids.indexOf(this.design[0]), (place) => {
        const { id, sliders, k } = given.recipes[place];
        const shows = k.length ? (k.includes(this.design[3]) ? this.design[3] : k[k.length - 1]) : -1;
        this.design = [id, sliders[0].start, sliders[1] ? sliders[1].start : 0, shows];
        this.drawForm(form);
        this.label();
      }, say("phone.make"), "pairs"), form);
      this.go = button("", "go", () => this.train());
      dock.append(this.go);
      this.label();
      if (this.design[0]) this.drawForm(form);
    }

    /** What can be set of the recipe, and what labels become. @param {HTMLElement} form */
    drawForm(form) {
      const { id, sliders, k } = recipeOf(this.design[0]);
      const labels = el("div", { class: "labels" });
      const show = () => labels.replaceChildren(...this.examples.map((one) => this.example(one)));
      const rows = sliders.map((scale, place) => {
        const name = say(`recipe.${id}.${place ? "second" : "first"}`);
        const number = el("b", {}, stepped(id, place, Number(this.design[1 + place])));
        const slider = this.slider(scale, Number(this.design[1 + place]), name, (step) => stepped(id, place, step), (step) => {
          this.design[1 + place] = step;
          number.textContent = stepped(id, place, step);
          show();
        });
        return [el("p", { class: "setting" }, number, ` ${name}`), slider];
      });
      const shown = [...k.filter((one) => one > 0), ...k.filter((one) => one === 0)];
      const picks = k.length ? [el("p", { class: "setting" }, say("phone.sees")),
        this.choice(shown.map((one) => (one ? String(one) : say("phone.copies"))), shown.indexOf(this.design[3]), (place) => {
          this.design[3] = shown[place];
          show();
        }, say("phone.sees"), "tops")] : [];
      form.replaceChildren(...rows.flat(), ...picks, labels);
      show();
    }

    /** The labels of an image under the design: those of the set, then what is cut off; where students copy it, all
     * as wide as they are probable. @param {Example} example */
    example(example) {
      const { truth } = example;
      const [ranks, size] = example.labels(this.design);
      const [id] = this.design;
      const whole = copies(this.design);
      const shown = NOISE.includes(id) ? size || 1 : id === "candidate-set" ? size : RANKS;
      const chips = ranks.slice(0, shown).map((label, rank) => {
        const chip = el("i", { class: `${label === truth ? "true" : ""}${whole || rank < size ? "" : " cut"}` }, String(label));
        if (whole) chip.style.flex = `${DECAY ** rank} 1 0`;
        return chip;
      });
      return el("div", { class: "example" }, el("span", { class: "note" }, say("phone.shown-a", { digit: truth })), ...chips);
    }

    /** Send the design. */
    train() {
      const { activity, mine } = this.state;
      const [recipe, a, b, k] = this.design;
      if (!this.sending) this.send("design", { activity, number: mine.length, recipe, a, b, k });
    }

    /** @param {Mine} mine */
    drawTraining({ design }) {
      const { eta } = this.state;
      this.add(this.head(say("phone.training")), el("div", { class: "run" }, el("i")), this.note(say("phone.about", { seconds: eta || 1 })),
        this.line(design, ""), this.note(say("phone.look"), "note low"));
    }

    /** A design with its mark. @param {Design} design @param {string} number */
    line(design, number) {
      return el("p", { class: "design" }, icon(design[0], copies(design)), el("span", {}, named(design)), ...(number ? [el("b", {}, number)] : []));
    }

    outcome() {
      const done = this.state.mine.filter(({ result }) => result && !result.failed);
      if (done.length) this.news(say("phone.result", { share: percent(done[done.length - 1].result.accuracy) }));
    }

    /** @param {Mine} last */
    drawOutcome({ design, phones, result }) {
      const { mine, axis, stage, left } = this.state;
      if (result.failed) this.add(this.head(say("phone.failed")), this.line(design, ""));
      else {
        const turned = axis === "total";
        const numbers = [[percent(result.accuracy), say("phone.students-right")], [percent(result.right), say("phone.labels-right")]];
        if (turned && typeof result.total === "number") numbers.push([result.total.toFixed(2), say("phone.total")]);
        this.add(this.head(say(result.learned ? "phone.learned" : "phone.not-learned")),
          el("div", { class: "numbers" }, ...numbers.map(([number, name]) => el("p", {}, el("b", {}, number), name))),
          this.plot(mine, turned), this.line(design, ""), this.note(this.reasons(design, result, turned), "lead"));
        if (phones > 1) this.add(this.note(say("phone.same", { phones })));
        this.add(this.challenges(mine));
      }
      if (mine.length > 1) {
        this.add(el("h2", {}, say("phone.designs")), ...mine.map((one) => this.line(one.design, one.result ? (one.result.failed ? "–" : percent(one.result.accuracy)) : "…")));
      }
      if (stage === "law.open" && left > 0) {
        dock.append(button(left === 1 ? say("phone.again-last") : say("phone.again", { left }), "go", () => {
          this.again = true;
          this.draw();
        }));
      } else this.add(this.note(say(stage === "law.open" ? "phone.used" : "phone.shut")));
    }

    /** Why, once the big screen has told. @param {Design} design @param {Outcome} result @param {boolean} turned */
    reasons(design, result, turned) {
      if (!turned || typeof result.total !== "number") return say("phone.early");
      if (copies(design)) return say("phone.because-copied");
      return say(`phone.${result.total < 1 ? "below" : "above"}-${result.learned ? "learned" : "failed"}`);
    }

    /** @param {Mine[]} mine */
    challenges(mine) {
      const won = (/** @type {number} */ place) => mine.some(({ result }) => result && !result.failed && result.won[place]);
      const known = this.state.axis === "total" ? [0, 1] : [0];
      return el("div", { class: "challenges" }, el("h2", {}, say("phone.challenge")),
        ...known.map((place) => el("p", { class: won(place) ? "won" : null }, won(place) ? "✓ " : "○ ", say(`phone.challenge-${place + 1}`))));
    }

    /** One's own designs: how good students are, by what the axis is. @param {Mine[]} mine @param {boolean} turned */
    plot(mine, turned) {
      const x = (/** @type {Outcome} */ { right, total }) => 52 + 252 * (turned ? Math.min(total || 0, 2) / 2 : right);
      const y = (/** @type {Outcome} */ { accuracy }) => 124 - 110 * accuracy;
      const parts = [drawn("path", { d: "M40 4V132H312", fill: "none", stroke: "var(--faint)", "stroke-width": 2 }), words(34, 20, "100", "end"), words(34, 130, "0", "end"),
        words(40, -6, say("phone.axis-accuracy"), "start")];
      if (turned) parts.push(drawn("path", { d: "M178 4V132", stroke: "var(--mark)", "stroke-width": 2, "stroke-dasharray": "5 4" }), words(178, 152, "Δ + γ = 1"));
      else parts.push(words(312, 152, say("phone.axis-right"), "end"));
      const done = mine.filter(({ result }) => result && !result.failed);
      done.forEach(({ design, result }, place) => {
        const last = place === done.length - 1;
        parts.push(drawn("g", { transform: `translate(${x(result)} ${y(result)})`, opacity: last ? 1 : 0.6 }, mark(design[0], copies(design), last ? 1.1 : 0.75)));
      });
      return drawn("svg", { viewBox: "0 -20 320 178", class: "plot", "aria-hidden": "true" }, ...parts);
    }
  }

  new Phone().begin();
})();
