"use strict";
(() => {
  const root = document.documentElement, $ = (s, at = document) => at.querySelector(s), $$ = (s, at = document) => [...at.querySelectorAll(s)];
  const kept = (name, value) => { try { return value === undefined ? localStorage.getItem(name) : localStorage.setItem(name, value); } catch { return null; } };
  root.classList.add("scripted");

  // Language and theme, remembered.
  const langs = root.dataset.langs.split(" ");
  const speak = (lang) => {
    root.lang = lang;
    for (const attr of ["placeholder", "aria-label", "label"]) for (const one of $$(`[data-${attr}-${lang}]`)) one.setAttribute(attr, one.getAttribute(`data-${attr}-${lang}`));
    for (const one of $$(`option[data-${lang}]`)) one.textContent = one.dataset[lang];
    const button = $("#lang");
    if (button) { const other = langs.find((each) => each !== lang); button.textContent = { en: "English", es: "Español" }[other]; button.lang = other; }
    count();
  };
  const theme = (name) => { if (name) root.dataset.theme = name; else delete root.dataset.theme; };
  const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

  // Rules: search and filters, kept in the address.
  const rules = $$("details.rule"), fields = $$("[data-filter]"), words = new Map(rules.map((one) => [one, one.textContent.toLowerCase()]));
  const fits = (one, name, value) => {
    if (!value) return true;
    if (name === "search") return value.toLowerCase().split(/\s+/).every((word) => words.get(one).includes(word));
    const product = $("[data-filter=product]").value;
    if (name === "proof") return one.dataset.proofs.split(" ").some((each) => each === `${product || each.split(":")[0]}:${value}`);
    return one.dataset[name].split(" ").includes(value);
  };
  const count = () => { const seen = rules.filter((one) => !one.hidden).length; $("#count").textContent = `${seen} / ${rules.length}`; };
  const filter = () => {
    const wanted = fields.map((field) => [field.dataset.filter, field.value]);
    for (const one of rules) one.hidden = !wanted.every(([name, value]) => fits(one, name, value));
    count();
  };
  for (const field of fields) field.addEventListener("input", filter);
  $("#clear").addEventListener("click", () => { for (const field of fields) field.value = ""; filter(); });
  const open = () => {
    const id = decodeURIComponent(location.hash.slice(1)), one = id && document.getElementById(id);
    if (one && one.matches("details.rule")) { if (one.hidden) { for (const field of fields) field.value = ""; filter(); } one.open = true; one.scrollIntoView(); $("summary", one).focus({ preventScroll: true }); }
  };
  addEventListener("hashchange", open);
  addEventListener("beforeprint", () => { for (const one of rules) if (!one.hidden) one.open = true; });

  // Queries, unpacked when somebody asks for the first.
  let unpacked;
  const texts = () => unpacked ??= (async () => {
    const bytes = Uint8Array.from(atob($("#queries").textContent.trim()), (sign) => sign.charCodeAt(0));
    return JSON.parse(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text());
  })();
  const TOKEN = /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.|'')*'|`[^`\n]*`)|(^\s*(?:--|\/\/|#|```).*$)|\b(and|or|not|in|like|where|search|from|select|union|with|as|by|let|stats|eval|join|extend|summarize|project|count|sort|case|when|then|else|end|exists|has_any|matches|regex)\b/gim;
  const coloured = (text, into) => {
    let at = 0;
    const span = (name, part) => { const one = document.createElement("span"); one.className = name; one.textContent = part; return one; };
    for (const found of text.matchAll(TOKEN)) {
      into.append(text.slice(at, found.index), span(found[1] ? "s" : found[2] ? "c" : "k", found[0]));
      at = found.index + found[0].length;
    }
    into.append(text.slice(at));
  };
  const copy = async (text) => {
    try { await navigator.clipboard.writeText(text); return; } catch { /* a page from a file may not */ }
    const area = document.createElement("textarea");
    area.value = text; document.body.append(area); area.select(); document.execCommand("copy"); area.remove();
  };
  for (const one of rules) one.addEventListener("toggle", () => {
    for (const row of $$(".q[data-text]:not([data-ready])", one)) {
      row.dataset.ready = "yes";
      $(".h", row).append($("#buttons").content.cloneNode(true));
      if (!row.dataset.table) $("[data-do=table]", row).remove();
    }
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-do]"), row = button?.closest(".q"), wanted = button?.dataset.do;
    if (wanted === "show") {
      const shut = button.getAttribute("aria-expanded") === "true";
      button.setAttribute("aria-expanded", String(!shut));
      if (shut) { $("pre", row).remove(); return; }
      const place = document.createElement("pre");
      place.tabIndex = 0; row.append(place);
      coloured((await texts())[row.dataset.text], place);
    } else if (wanted) {
      await copy((await texts())[row.dataset[wanted]]);
      $("[data-do=said]", row).hidden = false;
    }
  });

  // What do I need?
  const stages = JSON.parse($("#stages").textContent), boxes = $$("[data-need]");
  const weigh = () => {
    const have = new Set(boxes.filter((box) => box.checked).map((box) => box.dataset.need));
    const seen = stages.filter((stage) => stage.kinds.some((kind) => have.has(kind)));
    const open_ = stages.filter((stage) => stage.kinds.length && !seen.includes(stage));
    $("#seen").textContent = `${seen.length} / ${stages.filter((stage) => stage.kinds.length).length}`;
    $("#share i").style.width = `${100 * seen.length / Math.max(1, stages.filter((stage) => stage.kinds.length).length)}%`;
    for (const stage of $$("[data-stage]")) stage.hidden = !open_.some((each) => each.id === stage.dataset.stage);
    for (const row of $$("[data-adds]")) {
      const kind = row.dataset.adds, adds = open_.filter((stage) => stage.kinds.includes(kind)).length;
      row.hidden = have.has(kind) || !adds;
      $("b", row).textContent = `+${adds}`;
      row.style.order = String(-adds);
    }
    kept("needs", [...have].join(" "));
    const some = rules.filter((one) => one.dataset.alerts === "yes" && one.dataset.kinds.split(" ").some((kind) => have.has(kind)));
    $("#switch").replaceChildren(...some.map((one) => { const item = document.createElement("li"), link = document.createElement("a"); link.href = `#${one.id}`; link.append($(".t", one).cloneNode(true)); item.append(link); return item; }));
  };
  const before = new Set((kept("needs") || "").split(" "));
  for (const box of boxes) { box.checked = before.has(box.dataset.need); box.addEventListener("input", weigh); }

  // Indicators: filter, and what is shown as CSV.
  const rows = $$("#indicators tbody tr"), finds = $$("[data-find]");
  const find = () => {
    for (const row of rows) row.hidden = !finds.every((field) => !field.value || (field.dataset.find === "text" ? row.textContent.toLowerCase().includes(field.value.toLowerCase()) : row.dataset[field.dataset.find] === field.value));
    $("#found").textContent = `${rows.filter((row) => !row.hidden).length} / ${rows.length}`;
  };
  for (const field of finds) field.addEventListener("input", find);
  $("#export").addEventListener("click", () => {
    const quoted = (text) => /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    const lines = ["type,value,role,confidence,source,first_seen,last_seen,valid_until,advisory", ...rows.filter((row) => !row.hidden).map((row) => JSON.parse(row.dataset.csv).map(quoted).join(","))];
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([lines.join("\n") + "\n"], { type: "text/csv" }));
    link.download = "indicators.csv"; link.click(); URL.revokeObjectURL(link.href);
  });

  const lang = kept("lang") || (langs.includes(navigator.language.slice(0, 2)) ? navigator.language.slice(0, 2) : root.lang);
  theme(kept("theme")); speak(langs.includes(lang) ? lang : root.lang);
  $("#lang")?.addEventListener("click", () => { const other = langs.find((each) => each !== root.lang); kept("lang", other); speak(other); });
  $("#theme").addEventListener("click", () => { const name = dark() ? "light" : "dark"; kept("theme", name); theme(name); });
  filter(); weigh(); find(); open();
})();
