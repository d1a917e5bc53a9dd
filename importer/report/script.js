
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const [ROW, LETTERS, LEAD, WHAT, MONEY, CURRENCY, OUTCOME, INCOMPLETE, ID, NOTES, MARKS] = Array(11).keys();
  const AT_ONCE = 50;
  const MOST_PRINTED = 200;
  const CREATED = data.outcomes.indexOf("CREATED");
  const byId = (id) => document.getElementById(id);
  const boxes = [...document.querySelectorAll("[name=outcome]")];
  const search = byId("search");
  const currency = byId("currency");
  const reasonButtons = [...document.querySelectorAll("[data-reason]")];
  const headers = [...document.querySelectorAll("[data-sort]")];
  const body = byId("actions").tBodies[0];
  const count = (number) => number.toLocaleString("en-US");

  const fresh = () => ({ words: "", outcomes: [], currency: "", reason: -1, sort: "row", down: false, page: 0 });
  let view = fresh();
  let found = data.rows;
  const texts = new Array(data.rows.length);
  data.rows.forEach((row, place) => row.push(place));
  const PLACE = MARKS + 1;

  const cellOf = (row, letter) => letter ? letter + row[ROW] : "row " + row[ROW];
  const lettersOf = (row) => data.letters[row[LETTERS]].split(" ");
  const outcomeOf = (row) => data.outcomes[row[OUTCOME]] + (row[INCOMPLETE] ? ", incomplete" : "");
  const plain = (text) => text.normalize("NFC").toLowerCase();

  const textOf = (row) => {
    let text = texts[row[PLACE]];
    if (text === undefined) {
      const said = data.notes[row[NOTES]].flat().join(" ");
      const cells = lettersOf(row).map((letter) => cellOf(row, letter)).join(" ");
      text = texts[row[PLACE]] = plain([
        cells, "row " + row[ROW], row[LEAD], ...data.whats[row[WHAT]], row[MONEY], row[MONEY].replaceAll(",", ""),
        outcomeOf(row), row[ID], said,
      ].join("\n"));
    }
    return text;
  };

  const digits = (money) => {
    const [whole, fraction = ""] = money.replace(/[^0-9.]/g, "").split(".");
    return whole.padStart(40, "0") + fraction;
  };
  const KEYS = {
    row: (row) => row[PLACE],
    lead: (row) => row[LEAD],
    what: (row) => data.whats[row[WHAT]].join("\n"),
    money: (row) => String(row[CURRENCY]).padStart(3, "0") + digits(row[MONEY]),
    outcome: (row) => row[OUTCOME] * 2 + row[INCOMPLETE],
  };

  const select = () => {
    const words = plain(view.words).split(/\s+/).filter(Boolean);
    const outcomes = new Set(view.outcomes.map((name) => data.outcomes.indexOf(name)));
    const incomplete = view.outcomes.includes("incomplete");
    const money = view.currency ? data.currencies.indexOf(view.currency) : -1;
    found = data.rows.filter((row) =>
      (!view.outcomes.length || outcomes.has(row[OUTCOME]) || (incomplete && row[INCOMPLETE]))
      && (money < 0 || row[CURRENCY] === money)
      && (view.reason < 0 || data.marks[row[MARKS]].includes(view.reason))
      && words.every((word) => textOf(row).includes(word)));
    if (view.sort !== "row" || view.down) {
      const key = KEYS[view.sort];
      const keyed = found.map((row) => [key(row), row]);
      const sign = view.down ? -1 : 1;
      keyed.sort(([a, one], [b, two]) => (a < b ? -sign : a > b ? sign : one[PLACE] - two[PLACE]));
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
    const name = row[INCOMPLETE] ? "incomplete" : data.outcomes[row[OUTCOME]].toLowerCase();
    element.append(make("span", "dot dot-" + name), outcomeOf(row));
    return element;
  };
  const sayings = (row) => {
    const notes = data.notes[row[NOTES]];
    const lines = notes.map(([letter, text]) => {
      const line = make("bdi", "said");
      if (letter) line.append(make("span", "at", cellOf(row, letter)), " ");
      line.append(text);
      return line;
    });
    let hints = [...new Set(notes.map(([, , hint]) => hint).filter(Boolean))];
    const due = row[OUTCOME] !== CREATED || row[INCOMPLETE];
    if (!hints.length && due && data.todo[row[OUTCOME]]) hints = [data.todo[row[OUTCOME]]];
    return [...lines, ...hints.map((hint) => make("bdi", "todo", hint))];
  };
  const whatOf = (row) => {
    const [name, type] = data.whats[row[WHAT]];
    return type ? [make("bdi", "", name), " ", make("bdi", "type", type)] : [];
  };
  const line = (row) => {
    const element = make("tr");
    element.setAttribute("role", "row");
    const some = (text) => text ? [make("bdi", "", text)] : [];
    element.append(
      cell("cell", "Cell", lettersOf(row).map((letter) => cellOf(row, letter)).join(", ")),
      cell("id", "Lead", ...some(row[LEAD])),
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
      ? `${count(from + 1)}–${count(to)} of ${count(found.length)}${found.length < data.rows.length ? ` found among ${count(data.rows.length)}` : ""}`
      : `Nothing found among ${count(data.rows.length)}.`;
    const pages = Math.max(1, Math.ceil(found.length / AT_ONCE));
    document.querySelector(".pages").hidden = pages === 1;
    byId("page").textContent = `Page ${count(view.page + 1)} of ${count(pages)}`;
    byId("back").disabled = view.page === 0;
    byId("on").disabled = view.page + 1 >= pages;
    byId("clear").hidden = !(view.words || view.outcomes.length || view.currency || view.reason >= 0);
    byId("reason").hidden = view.reason < 0;
    const button = reasonButtons[view.reason];
    if (button) byId("reason").querySelector("bdi").textContent = button.closest("tr").querySelector(".said").textContent;
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
    if (currency && data.currencies.includes(parts.get("currency"))) view.currency = parts.get("currency");
    if (reasonButtons[Number(parts.get("reason") || -1)]) view.reason = Number(parts.get("reason"));
    if (Object.hasOwn(KEYS, sort.replace(/^-/, ""))) [view.sort, view.down] = [sort.replace(/^-/, ""), sort.startsWith("-")];
    view.page = Math.max(0, Math.floor(Number(parts.get("page")) || 1) - 1);
  };
  const fill = () => {
    search.value = view.words;
    for (const box of boxes) box.checked = view.outcomes.includes(box.value);
    if (currency) currency.value = view.currency;
  };
  const refresh = () => {
    select();
    view.page = Math.min(view.page, Math.max(0, Math.ceil(found.length / AT_ONCE) - 1));
    fill();
    show();
  };
  const change = (what) => {
    Object.assign(view, { page: 0 }, what);
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

  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => change({ words: search.value }), 150);
  });
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  for (const box of boxes) box.addEventListener("change", () => change({ outcomes: boxes.filter((one) => one.checked).map((one) => one.value) }));
  if (currency) currency.addEventListener("change", () => change({ currency: currency.value }));
  byId("clear").addEventListener("click", () => { change({ words: "", outcomes: [], currency: "", reason: -1 }); search.focus(); });
  byId("any-reason").addEventListener("click", () => { change({ reason: -1 }); search.focus(); });
  byId("back").addEventListener("click", () => turn(-1));
  byId("on").addEventListener("click", () => turn(1));
  for (const header of headers) {
    header.querySelector("button").addEventListener("click", () => {
      const sort = header.dataset.sort;
      change({ sort, down: view.sort === sort && !view.down });
    });
  }
  const present = new Set(data.rows.flatMap((row) => data.marks[row[MARKS]]));
  for (const button of reasonButtons) {
    const reason = Number(button.dataset.reason);
    button.hidden = !present.has(reason);
    button.addEventListener("click", () => jump({ reason }));
  }
  for (const button of document.querySelectorAll("[data-outcome]")) {
    button.hidden = false;
    button.addEventListener("click", () => jump({ outcomes: [button.dataset.outcome] }));
  }
  addEventListener("hashchange", () => { recall(); refresh(); });
  addEventListener("beforeprint", () => {
    draw(0, MOST_PRINTED);
    byId("found").textContent = found.length > MOST_PRINTED
      ? `The first ${count(MOST_PRINTED)} of ${count(found.length)}; all of them are in reconciliation.xlsx.`
      : `${count(found.length)} of ${count(data.rows.length)}`;
  });
  addEventListener("afterprint", show);

  for (const time of document.querySelectorAll("time")) {
    const moment = new Date(time.dateTime);
    const here = moment.toLocaleString("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
    if (moment.getTimezoneOffset()) time.title = here + " where this page is read";
  }
  byId("list").hidden = false;
  recall();
  refresh();
})();
