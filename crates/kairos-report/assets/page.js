// Draws the plots of the page with uPlot, and hands out their data as CSV.
"use strict";
(() => {
  const root = document.documentElement;
  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3], [14, 4], [5, 2], [2, 6], [12, 3, 2, 3, 2, 3]];

  // So many significant digits, with a true minus.
  const say = (x, digits = 4) => {
    if (x === null || x === undefined) return "–";
    const size = Math.abs(x);
    const text = x === 0 || (size >= 1e-4 && size < 1e7) ? String(Number(x.toPrecision(digits))) : x.toExponential(digits - 1);
    return text.replace(/-/g, "−");
  };

  // As many digits as tell the marks of an axis apart.
  const power = (x) => Math.floor(Math.log10(Math.abs(x)));
  const mark = (x, step) => say(x, x === 0 ? 4 : Math.min(15, Math.max(4, power(x) - power(step) + 1)));

  // Nothing is said in the legend as long as nothing is pointed at.
  const shown = (x) => (x === null || x === undefined ? "" : say(x));

  const cell = (value) => {
    const text = value === null || value === undefined ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  const rows = (data) => data.rows ?? data.data[0].map((_, i) => data.data.map((column) => column[i]));
  const download = (data) => {
    const lines = [data.columns, ...rows(data)].map((row) => row.map(cell).join(","));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([lines.join("\r\n") + "\r\n"], { type: "text/csv" }));
    link.download = `${data.file}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  // A bar's upper end is where the last one ends; every other one ends where the next begins.
  const closed = (plot) => {
    if (plot.style !== "bins") return plot.data;
    const ends = plot.data[plot.data.length - 1];
    const last = (column, i) => (i === 0 ? ends[ends.length - 1] : column[column.length - 1]);
    return plot.data.slice(0, -1).map((column, i) => [...column, last(column, i)]);
  };

  const axis = (label, size) => ({
    label,
    labelSize: 22,
    size,
    font: "12px system-ui, sans-serif",
    labelFont: "12px system-ui, sans-serif",
    stroke: colour("--muted"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line"), width: 1 },
    values: (_, splits, __, ___, step) => splits.map((x) => (x === null ? "" : mark(x, step))),
  });

  // Where only whole numbers were tried, a mark between them would mean nothing.
  const wholes = [...Array(15).keys()].flatMap((power) => [1, 2, 5].map((m) => m * 10 ** power));
  const across = (plot) => {
    const whole = plot.style === "marked" && plot.data[0].every(Number.isInteger);
    return whole ? { ...axis(plot.x, 34), incrs: wholes } : axis(plot.x, 34);
  };

  const series = (plot) => {
    const stepped = plot.style === "step" || plot.style === "bins" ? { paths: uPlot.paths.stepped({ align: 1 }) } : {};
    const list = [{ label: plot.x, value: (_, x) => shown(x) }];
    const bands = [];
    for (const curve of plot.curves) {
      const ink = colour(`--s${curve.colour % 8}`);
      const data = plot.data;
      list.push({
        label: curve.name,
        stroke: ink,
        width: 2,
        dash: dashes[curve.colour % 8],
        points: { show: plot.style === "marked", size: 7, fill: ink },
        fill: plot.style === "bins" ? ink + "22" : undefined,
        value: (_, x, __, i) => {
          if (x === null || x === undefined || !curve.band) return shown(x);
          const [low, high] = curve.band.map((column) => say(data[column][i]));
          return `${say(x)} (${low} … ${high})`;
        },
        ...stepped,
      });
      if (curve.band) {
        const edge = { stroke: "transparent", width: 0, points: { show: false }, class: "edge" };
        list.push({ label: "low", ...edge }, { label: "high", ...edge });
        bands.push({ series: [list.length - 1, list.length - 2], fill: ink + "2e" });
      }
    }
    return { list, bands };
  };

  const options = (plot, width) => {
    const { list, bands } = series(plot);
    // What is never negative needs no axis below 0.
    const room = (_, least, most) => {
      const [low, high] = uPlot.rangeNum(least, most, 0.1, true);
      return [least >= 0 && low < 0 ? 0 : low, high];
    };
    const lines = { range: room };
    const shares = plot.style === "step" ? { range: [0, 1.02] } : {};
    const counts = plot.style === "bins" ? { range: (_, __, most) => [0, most * 1.06 || 1] } : {};
    return {
      width,
      height: Math.round(Math.max(220, Math.min(320, width * 0.55))),
      scales: { x: { time: false }, y: { ...lines, ...shares, ...counts } },
      axes: [across(plot), axis(plot.y, 58)],
      series: list,
      bands,
      legend: { live: true },
      cursor: { points: { size: 7 }, drag: { x: true, y: false } },
    };
  };

  const drawn = [];
  const draw = (entry, width) => {
    entry.chart?.destroy();
    entry.chart = new uPlot(options(entry.plot, width), closed(entry.plot), entry.place);
    entry.width = width;
  };
  const drawAll = (width) => drawn.forEach((entry) => draw(entry, width ?? entry.place.clientWidth));

  for (const button of document.querySelectorAll("button.csv")) {
    const holder = button.closest("figure, .download");
    const data = JSON.parse(holder.querySelector("script").textContent);
    button.addEventListener("click", () => download(data));
    const place = holder.querySelector(".canvas");
    if (place) drawn.push({ plot: data, place });
  }
  drawAll();

  const watch = new ResizeObserver((changes) => {
    for (const { target } of changes) {
      const entry = drawn.find(({ place }) => place === target);
      const width = target.clientWidth;
      if (width > 0 && width !== entry.width && !("paper" in root.dataset)) draw(entry, width);
    }
  });
  drawn.forEach(({ place }) => watch.observe(place));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawAll());

  // Paper is white, and as wide as paper. What is folded up is unfolded.
  addEventListener("beforeprint", () => {
    root.dataset.paper = "";
    document.querySelectorAll("details").forEach((d) => { d.dataset.was = d.open; d.open = true; });
    drawAll(330);
  });
  addEventListener("afterprint", () => {
    delete root.dataset.paper;
    document.querySelectorAll("details").forEach((d) => { d.open = d.dataset.was === "true"; });
    drawAll();
  });
})();
