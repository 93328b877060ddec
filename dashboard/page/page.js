"use strict";
// Draws the figures over the rows in the page, and again when a filter, the window or day and night change.
// Text that comes from the warehouse is only ever set as text, never as HTML.
(() => {
  const { artists, datasets, figures } = JSON.parse(document.getElementById("data").textContent);
  const NARROW = 480;
  const MOST_ROWS = 400;
  const MOST_DOTS = 60;
  const NUMBERS = new Set(["number", "signed", "decimal", "percent", "share", "bar", "length"]);
  const drawn = new Map();

  const chosen = {
    artist: document.getElementById("artist"),
    from: document.getElementById("from"),
    to: document.getElementById("to"),
  };

  // ---------- rows

  const rowsOf = Object.fromEntries(
    Object.entries(datasets).map(([name, { columns, rows }]) => [
      name,
      rows.map((values) => {
        const row = Object.fromEntries(columns.map((column, place) => [column, values[place]]));
        if (row.artist_name === undefined && row.artist !== undefined && row.artist !== null) {
          row.artist_name = artists[row.artist];
        }
        return row;
      }),
    ]),
  );

  function readFilters() {
    return {
      artist: chosen.artist.value === "" ? null : Number(chosen.artist.value),
      from: chosen.from.value || "0000-00-00",
      to: chosen.to.value || "9999-99-99",
    };
  }

  const byArtist = {
    rows: (rows, artist) => (artist === null ? rows : rows.filter((row) => row.artist === artist)),
    own: (rows, artist) => rows.filter((row) => row.artist === artist),
    highlight: (rows, artist) => (artist === null || rows.some((row) => row.artist === artist) ? rows : []),
    recent: (rows, artist) =>
      rows.filter((row) => (artist === null ? row.is_recent && row.versions > 1 : row.artist === artist)),
  };

  const isIn = {
    day: ([day], { from, to }) => day >= from && day <= to,
    newest: ([day], { from, to }) => day >= from && day <= to,
    month: ([month], { from, to }) => month.slice(0, 7) >= from.slice(0, 7) && month <= to,
    year: ([year], { from, to }) => String(year) >= from.slice(0, 4) && String(year) <= to.slice(0, 4),
    span: ([first, last], { from, to }) => first <= to && last >= from,
  };

  function chooseRows(figure, filters) {
    let rows = rowsOf[figure.dataset];
    if (figure.needs) rows = rows.filter((row) => row[figure.needs] !== null);
    if (figure.byArtist) rows = byArtist[figure.byArtist](rows, filters.artist);
    if (figure.byPeriod) {
      const fields = figure.periodFields;
      rows = rows.filter((row) => isIn[figure.byPeriod](fields.map((field) => row[field]), filters));
    }
    if (figure.choice) {
      const value = document.getElementById(`choice-${figure.name}`).value;
      rows = rows.filter((row) => String(row[figure.choice]) === value);
    }
    if (figure.byPeriod === "newest") {
      const field = figure.periodFields[0];
      const newest = rows.reduce((latest, row) => (row[field] > latest ? row[field] : latest), "");
      rows = rows.filter((row) => row[field] === newest);
    }
    return figure.limit ? rows.slice(0, figure.limit) : rows;
  }

  // ---------- tables

  const count = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
  const exact = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const share = new Intl.NumberFormat("en", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });

  function tell(value, kind) {
    if (value === null || value === undefined || value === "") return "–";
    switch (kind) {
      case "number": case "bar": return count.format(value);
      case "signed": return (value > 0 ? "+" : "") + count.format(value).replace("-", "−");
      case "decimal": return exact.format(value);
      case "percent": return exact.format(value) + " %";
      case "share": return share.format(value);
      case "length": return `${Math.floor(value / 60)}:${String(Math.round(value % 60)).padStart(2, "0")}`;
      case "age": return tellAge(value);
      case "month": return value.slice(0, 7);
      case "moment": return value.replace("T", " ").slice(0, 16);
      default: return String(value);
    }
  }

  // A page is read long after it was made.
  function tellAge(moment) {
    const days = Math.floor((Date.now() - Date.parse(`${moment}Z`)) / 86_400_000);
    return days < 1 ? "less than a day" : days === 1 ? "1 day" : `${count.format(days)} days`;
  }

  function make(tag, { text, className, parent } = {}) {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    parent?.append(element);
    return element;
  }

  const BAD = new Set(["fail", "error", "runtime error", "stopped early"]);

  function fillTable(place, figure, rows) {
    place.replaceChildren();
    const table = make("table", { parent: place });
    const head = make("tr", { parent: make("thead", { parent: table }) });
    for (const [, label, kind] of figure.columns) {
      make("th", { text: label, className: NUMBERS.has(kind) ? "n" : "", parent: head }).scope = "col";
    }
    const body = make("tbody", { parent: table });
    for (const row of rows.slice(0, MOST_ROWS)) {
      const line = make("tr", { parent: body });
      if (BAD.has(row.status) || BAD.has(row.outcome)) line.className = "bad";
      for (const [field, , kind] of figure.columns) {
        const cell = make("td", { parent: line });
        const text = tell(row[field], kind);
        if (kind === "bar" && row[field] !== null) {
          const bar = make("span", { className: "bar", parent: cell });
          bar.setAttribute("aria-hidden", "true");
          make("span", { parent: bar }).style.width = `${row[field]}%`;
        }
        cell.append(text);
        cell.className = NUMBERS.has(kind) ? "n" : kind !== "text" || text.length < 18 ? "short" : text.length > 40 ? "long" : "name";
      }
    }
    place.parentElement.querySelector(":scope > .more")?.remove();
    if (rows.length > MOST_ROWS) {
      make("p", {
        text: `The first ${count.format(MOST_ROWS)} of ${count.format(rows.length)} rows.`,
        className: "more",
        parent: place.parentElement,
      });
    }
  }

  // ---------- charts

  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const resolve = (text) => text.replace(/var\((--[\w-]+)\)/g, (_, name) => style(name));

  function makeConfig(width) {
    const narrow = width < NARROW;
    const [text, muted, line] = ["--text", "--muted", "--line"].map(style);
    const ramp = ["--ramp-low", "--ramp-mid", "--ramp-high"].map(style);
    const categories = [1, 2, 3, 4, 5, 6, 7, 8].map((place) => style(`--c${place}`));
    return {
      aria: false,
      background: "transparent",
      font: getComputedStyle(document.body).fontFamily,
      padding: { left: 2, right: 6, top: 4, bottom: 2 },
      view: { stroke: null },
      range: { category: categories, ordinal: ramp, ramp, heatmap: ramp },
      mark: { color: style("--accent") },
      text: { fontSize: 12 },
      axis: {
        domainColor: line,
        gridColor: line,
        gridOpacity: 0.7,
        tickColor: line,
        labelColor: muted,
        labelFontSize: 12,
        titleColor: muted,
        titleFontSize: 12,
        titleFontWeight: 500,
        titlePadding: 8,
      },
      axisX: { grid: false },
      axisXTemporal: { labelFlush: true },
      axisXQuantitative: { labelFlush: true },
      axisY: { domain: false, ticks: false, labelPadding: 6, labelLimit: narrow ? 136 : 210 },
      legend: {
        orient: "top",
        direction: "horizontal",
        columns: width < NARROW ? 2 : width < 700 ? 3 : 6,
        labelColor: text,
        labelFontSize: 12,
        labelLimit: narrow ? 130 : 190,
        titleColor: muted,
        titleFontSize: 12,
        titleFontWeight: 500,
        symbolType: "circle",
        symbolStrokeWidth: 0,
        gradientLength: narrow ? 140 : 200,
        gradientThickness: 10,
        offset: 8,
        rowPadding: 4,
      },
    };
  }

  async function draw(figure, place, rows, artist) {
    drawn.get(figure.name)?.finalize();
    drawn.delete(figure.name);
    const spec = JSON.parse(resolve(JSON.stringify(figure.spec)));
    // Vega writes into the rows it is given.
    spec.datasets = { rows: rows.map((row) => ({ ...row })) };
    const moments = new Set(rows.map((row) => row[figure.periodFields[0]]));
    const values = { chosen: artist, dense: moments.size > MOST_DOTS };
    for (const param of spec.params ?? []) param.value = values[param.name];
    if (figure.bands) {
      const { height, by, most } = figure.bands;
      const bands = by === null ? rows.length : new Set(rows.map((row) => row[by])).size;
      spec.height = height * Math.min(bands, most ?? bands);
    }
    const result = await vegaEmbed(place, spec, {
      actions: false,
      ast: true,
      config: makeConfig(place.clientWidth),
      defaultStyle: false,
      renderer: "svg",
      tooltip: { disableDefaultStyle: true, theme: "page" },
    });
    place.querySelector("svg")?.setAttribute("aria-hidden", "true");
    drawn.set(figure.name, result.view);
  }

  // ---------- figures

  async function show(figure, filters) {
    const element = document.getElementById(`figure-${figure.name}`);
    const table = element.querySelector(".table");
    if (!table) return;
    const rows = chooseRows(figure, filters);
    const [scope, nothing] = [element.querySelector(".scope"), element.querySelector(".nothing")];
    scope.hidden = filters.artist === null || figure.byArtist !== null || figure.spec === null;
    nothing.hidden = rows.length > 0;
    const isFiltered = filters.artist !== null || chosen.from.value || chosen.to.value;
    nothing.textContent = isFiltered ? "Nothing here for this artist and period." : figure.empty;
    const chart = element.querySelector(".chart");
    const details = element.querySelector("details");
    for (const part of [chart, details ?? table]) if (part) part.hidden = rows.length === 0;
    if (details) {
      details.ontoggle = () => details.open && fillTable(table, figure, rows);
      if (details.open) fillTable(table, figure, rows);
    } else {
      fillTable(table, figure, rows);
    }
    if (chart && rows.length > 0) await draw(figure, chart, rows, filters.artist);
  }

  let turn = 0;

  async function showAll() {
    const mine = ++turn;
    const filters = readFilters();
    const status = document.getElementById("shown");
    const parts = [filters.artist === null ? "All artists" : artists[filters.artist]];
    if (chosen.from.value) parts.push(`from ${chosen.from.value}`);
    if (chosen.to.value) parts.push(`to ${chosen.to.value}`);
    for (const figure of figures) {
      if (mine !== turn) return;
      await show(figure, filters);
    }
    status.textContent = `Showing: ${parts.join(", ")}`;
    document.documentElement.dataset.shown = String(mine);
  }

  // ---------- what the reader chooses

  [...artists.keys()]
    .sort((one, other) => artists[one].localeCompare(artists[other]))
    .forEach((place) => {
      make("option", { text: artists[place], parent: chosen.artist }).value = String(place);
    });
  document.getElementById("filters").addEventListener("change", showAll);
  document.getElementById("filters").addEventListener("submit", (event) => event.preventDefault());
  // The form is emptied after the event.
  document.getElementById("filters").addEventListener("reset", () => setTimeout(showAll));
  for (const figure of figures.filter(({ choice }) => choice)) {
    const choice = document.getElementById(`choice-${figure.name}`);
    if (!choice) continue;
    const values = new Set(rowsOf[figure.dataset].map((row) => String(row[figure.choice])));
    for (const option of [...choice.options]) if (!values.has(option.value)) option.remove();
    choice.addEventListener("change", () => show(figure, readFilters()));
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showAll);
  let width = innerWidth;
  let waiting;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(showAll, 150);
  });
  showAll();
})();
