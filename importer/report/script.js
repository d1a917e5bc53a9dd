
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const [ROW, LEAD, KNOWN_BY, MONEY, ID, KIND, WORDS] = Array(7).keys();
  const [LETTERS, NAME, TYPE, CURRENCY, OUTCOME, MARK, NOTES, HINTS, REASONS] = Array(9).keys();
  const AT_ONCE = 50;
  const MOST_PRINTED = 200;
  const GAP = "\u0001";
  const byId = (id) => document.getElementById(id);
  const boxes = [...document.querySelectorAll("[name=outcome]")];
  const search = byId("search");
  const currency = byId("currency");
  const reason = byId("reason");
  const reasonButtons = [...document.querySelectorAll("[data-reason]")];
  const headers = [...document.querySelectorAll("[data-sort]")];
  const body = byId("actions").tBodies[0];
  const count = (number) => number.toLocaleString("en-US");

  const fresh = () => ({ words: "", outcomes: [], currency: "", reason: -1, lead: "", sort: "row", down: false, page: 0 });
  let view = fresh();
  /* What a line has in common with others is in its kind; 0 stands for the same as on the line before. */
  const rows = data.rows;
  const kinds = data.kinds;
  let before = [0, "", ""];
  rows.forEach((row, place) => {
    if (row[LEAD] === 0) row[LEAD] = before[LEAD];
    if (row[KNOWN_BY] === 0) row[KNOWN_BY] = before[KNOWN_BY];
    row[MONEY] ||= "";
    row[ID] ||= "";
    const own = [0, String(row[ROW]), row[ID], row[LEAD]];
    const words = row.splice(WORDS);
    words.forEach((word, at) => {
      if (word === 0) words[at] = before.words[at];
      else if (typeof word === "number") words[at] = own[word];
    });
    row.words = words;
    row.place = place;
    before = row;
  });
  let found = rows;
  const texts = new Array(rows.length);

  const kindOf = (row) => kinds[row[KIND]];
  const cellOf = (row, letter) => letter ? letter + row[ROW] : "row " + row[ROW];
  const lettersOf = (row) => kindOf(row)[LETTERS].split(" ");
  const outcomeOf = (row) => data.outcomes[kindOf(row)[OUTCOME]] + (kindOf(row)[MARK] ? ", " + data.marks[kindOf(row)[MARK]] : "");
  const notesOf = (row) => {
    let at = 0;
    return kindOf(row)[NOTES].map(([letter, text]) => [letter, text.replaceAll(GAP, () => row.words[at++])]);
  };
  const hintsOf = (row) => kindOf(row)[HINTS].map((place) => data.hints[place]);
  const plain = (text) => text.normalize("NFC").toLowerCase();

  const textOf = (row) => {
    let text = texts[row.place];
    if (text === undefined) {
      const kind = kindOf(row);
      const cells = kind[LETTERS] ? lettersOf(row).map((letter) => cellOf(row, letter)).join(" ") : "";
      const said = kind[NOTES].length ? notesOf(row).flat().join(" ") : "";
      const hints = kind[HINTS].length ? hintsOf(row).join(" ") : "";
      text = texts[row.place] = plain(`${cells}\nrow ${row[ROW]}\n${row[LEAD]}\n${row[KNOWN_BY]}\n${kind[NAME]}\n${kind[TYPE]}\n${row[MONEY]}\n${row[MONEY].replaceAll(",", "")}\n${outcomeOf(row)}\n${row[ID]}\n${said}\n${hints}`);
    }
    return text;
  };
  /* The texts are made ready while nobody waits, so that the first search is as quick as the next. */
  const idle = self.requestIdleCallback || ((work) => setTimeout(() => work({ timeRemaining: () => 8 }), 20));
  const prepare = (from) => idle((deadline) => {
    while (from < rows.length && deadline.timeRemaining() > 1) {
      for (const to = Math.min(from + 200, rows.length); from < to; from++) textOf(rows[from]);
    }
    if (from < rows.length) prepare(from);
  });

  const digits = (money) => {
    const [whole, fraction = ""] = money.replace(/[^0-9.]/g, "").split(".");
    return whole.padStart(40, "0") + fraction;
  };
  const KEYS = {
    row: (row) => row.place,
    lead: (row) => row[LEAD],
    what: (row) => kindOf(row)[NAME] + "\n" + kindOf(row)[TYPE],
    money: (row) => kindOf(row)[CURRENCY] + digits(row[MONEY]),
    outcome: (row) => kindOf(row)[OUTCOME] * 3 + kindOf(row)[MARK],
  };

  const fits = (kind) => {
    const outcome = data.outcomes[kind[OUTCOME]];
    return (!view.outcomes.length || view.outcomes.includes(outcome) || (kind[MARK] && view.outcomes.includes(data.marks[kind[MARK]])))
      && (!view.currency || kind[CURRENCY] === view.currency)
      && (view.reason < 0 || kind[REASONS].includes(view.reason));
  };
  const select = () => {
    const words = plain(view.words).split(/\s+/).filter(Boolean);
    const wanted = kinds.map(fits);
    found = rows.filter((row) =>
      wanted[row[KIND]]
      && (!view.lead || row[LEAD] === view.lead)
      && words.every((word) => textOf(row).includes(word)));
    if (view.sort !== "row" || view.down) {
      const key = KEYS[view.sort];
      const keyed = found.map((row) => [key(row), row]);
      const sign = view.down ? -1 : 1;
      keyed.sort(([a, one], [b, two]) => (a < b ? -sign : a > b ? sign : one.place - two.place));
      found = keyed.map(([, row]) => row);
    }
  };

  const make = (tag, name, text) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    if (text) element.textContent = text;
    return element;
  };
  const cell = (name, label, ...parts) => {
    const element = make("td", name);
    element.setAttribute("role", "cell");
    if (label && parts.length) element.dataset.name = label;
    element.append(...parts);
    return element;
  };
  const chip = (row) => {
    const element = make("span", "chip");
    const kind = kindOf(row);
    const mark = data.marks[kind[MARK]];
    const name = mark === "incomplete" ? mark : data.outcomes[kind[OUTCOME]].toLowerCase();
    element.append(make("span", "dot dot-" + name), data.outcomes[kind[OUTCOME]]);
    if (mark) element.append(", " + mark);
    return element;
  };
  const sayings = (row) => [
    ...notesOf(row).map(([letter, text]) => {
      const line = make("bdi", "said");
      if (letter) line.append(make("span", "at", cellOf(row, letter)), " ");
      line.append(text);
      return line;
    }),
    ...hintsOf(row).map((hint) => {
      const todo = make("bdi", "todo");
      todo.append(...hint.split("`").map((part, place) => place % 2 ? make("code", "", part) : part));
      return todo;
    }),
  ];
  const whatOf = (row) => {
    const kind = kindOf(row);
    return kind[TYPE] ? [make("bdi", "", kind[NAME]), " ", make("bdi", "type", kind[TYPE])] : [];
  };
  const leadOf = (row) => {
    const parts = [];
    if (row[LEAD]) {
      const button = make("button", "only");
      button.type = "button";
      button.append(make("bdi", "id", row[LEAD]));
      button.setAttribute("aria-label", "Show only lead " + row[LEAD]);
      button.addEventListener("click", () => jump({ lead: row[LEAD] }));
      parts.push(button);
    }
    if (row[KNOWN_BY]) parts.push(make("bdi", "known", row[KNOWN_BY]));
    return parts;
  };
  const line = (row) => {
    const element = make("tr");
    element.setAttribute("role", "row");
    const some = (text) => text ? [make("bdi", "", text)] : [];
    element.append(
      cell("cell", "Cell", lettersOf(row).map((letter) => cellOf(row, letter)).join(", ")),
      cell("who", "Lead", ...leadOf(row)),
      cell("", "Action", ...whatOf(row)),
      cell("number", "Amount", ...some(row[MONEY])),
      cell("", "Outcome", chip(row)),
      cell("", "", ...sayings(row)),
      cell("id", "Action id", ...some(row[ID])));
    return element;
  };

  const draw = (from, to) => {
    const lines = document.createDocumentFragment();
    for (const row of found.slice(from, to)) lines.append(line(row));
    body.replaceChildren(lines);
  };
  const show = () => {
    const from = view.page * AT_ONCE;
    const to = Math.min(from + AT_ONCE, found.length);
    draw(from, to);
    byId("found").textContent = found.length
      ? `${count(from + 1)}–${count(to)} of ${count(found.length)}${found.length < rows.length ? ` found among ${count(rows.length)}` : ""}`
      : `Nothing found among ${count(rows.length)}.`;
    const pages = Math.max(1, Math.ceil(found.length / AT_ONCE));
    document.querySelector(".pages").hidden = pages === 1;
    byId("page").textContent = `Page ${count(view.page + 1)} of ${count(pages)}`;
    byId("back").disabled = view.page === 0;
    byId("on").disabled = view.page + 1 >= pages;
    byId("clear").hidden = !(view.words || view.outcomes.length || view.currency || view.reason >= 0 || view.lead);
    byId("lead").hidden = !view.lead;
    byId("lead").querySelector("bdi").textContent = view.lead;
    for (const header of headers) {
      if (header.dataset.sort !== view.sort) header.removeAttribute("aria-sort");
      else header.setAttribute("aria-sort", view.down ? "descending" : "ascending");
    }
  };

  /* The view is in the address behind the #, so that it can be kept as a bookmark. */
  const remember = () => {
    const parts = new URLSearchParams();
    if (view.words) parts.set("q", view.words);
    if (view.outcomes.length) parts.set("outcome", view.outcomes.join(","));
    if (view.currency) parts.set("currency", view.currency);
    if (view.reason >= 0) parts.set("reason", view.reason);
    if (view.lead) parts.set("lead", view.lead);
    if (view.sort !== "row" || view.down) parts.set("sort", (view.down ? "-" : "") + view.sort);
    if (view.page) parts.set("page", view.page + 1);
    try { history.replaceState(null, "", "#" + parts); } catch { /* not every browser allows it on a file */ }
  };
  const recall = () => {
    const hash = location.hash.slice(1);
    if (!hash.includes("=")) return;
    const parts = new URLSearchParams(hash);
    const names = boxes.map((box) => box.value);
    const sort = parts.get("sort") || "row";
    view = fresh();
    view.words = parts.get("q") || "";
    view.outcomes = (parts.get("outcome") || "").split(",").filter((name) => names.includes(name));
    if (currency && [...currency.options].some((one) => one.value === parts.get("currency"))) view.currency = parts.get("currency");
    view.lead = parts.get("lead") || "";
    if (reason && [...reason.options].some((one) => one.value && one.value === parts.get("reason"))) view.reason = Number(parts.get("reason"));
    if (Object.hasOwn(KEYS, sort.replace(/^-/, ""))) [view.sort, view.down] = [sort.replace(/^-/, ""), sort.startsWith("-")];
    view.page = Math.max(0, Math.floor(Number(parts.get("page")) || 1) - 1);
  };
  const fill = () => {
    search.value = view.words;
    for (const box of boxes) box.checked = view.outcomes.includes(box.value);
    if (currency) currency.value = view.currency;
    if (reason) reason.value = view.reason < 0 ? "" : view.reason;
  };
  const refresh = () => {
    select();
    view.page = Math.min(view.page, Math.max(0, Math.ceil(found.length / AT_ONCE) - 1));
    fill();
    show();
  };
  let waiting = 0;
  const change = (what) => {
    clearTimeout(waiting);
    /* Words that were typed a moment ago count, whatever else is changed. */
    Object.assign(view, { page: 0, words: search.value }, what);
    select();
    fill();
    show();
    remember();
  };
  const turn = (by) => {
    view.page += by;
    show();
    remember();
    byId("list").scrollIntoView();
  };
  const jump = (what) => {
    change({ ...fresh(), ...what });
    byId("every-action").scrollIntoView();
    byId("every-action").focus({ preventScroll: true });
  };

  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(change, 150);
  });
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  for (const box of boxes) box.addEventListener("change", () => change({ outcomes: boxes.filter((one) => one.checked).map((one) => one.value) }));
  if (currency) currency.addEventListener("change", () => change({ currency: currency.value }));
  if (reason) reason.addEventListener("change", () => change({ reason: reason.value === "" ? -1 : Number(reason.value) }));
  byId("clear").addEventListener("click", () => { change({ ...fresh(), sort: view.sort, down: view.down }); search.focus(); });
  byId("any-lead").addEventListener("click", () => { change({ lead: "" }); search.focus(); });
  byId("back").addEventListener("click", () => turn(-1));
  byId("on").addEventListener("click", () => turn(1));
  for (const header of headers) {
    header.querySelector("button").addEventListener("click", () => {
      const sort = header.dataset.sort;
      change({ sort, down: view.sort === sort && !view.down });
    });
  }
  const present = new Set(kinds.flatMap((kind) => kind[REASONS]));
  for (const button of reasonButtons) {
    const place = Number(button.dataset.reason);
    button.hidden = !present.has(place);
    button.addEventListener("click", () => jump({ reason: place }));
  }
  for (const button of document.querySelectorAll("[data-outcome]")) {
    button.hidden = false;
    button.addEventListener("click", () => jump({ outcomes: [button.dataset.outcome] }));
  }
  addEventListener("hashchange", () => { recall(); refresh(); });
  addEventListener("beforeprint", () => {
    draw(0, MOST_PRINTED);
    byId("found").textContent = found.length > MOST_PRINTED
      ? `The first ${count(MOST_PRINTED)} of ${count(found.length)}; all of them are in the workbook beside this page.`
      : `${count(found.length)} of ${count(rows.length)}`;
  });
  addEventListener("afterprint", show);

  /* What the clock says where this page is read; the day too, where it is another. */
  for (const time of document.querySelectorAll("time")) {
    const moment = new Date(time.dateTime);
    const day = moment.getDate() === moment.getUTCDate() ? {} : { day: "numeric", month: "short" };
    const here = moment.toLocaleString("en-GB", { ...day, hour: "2-digit", minute: "2-digit" });
    time.nextElementSibling.textContent = ` ${here} your time`;
    time.nextElementSibling.hidden = !moment.getTimezoneOffset();
  }
  byId("unlisted").hidden = true;
  byId("list").hidden = false;
  recall();
  refresh();
  prepare(0);
})();
