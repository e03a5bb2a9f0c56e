// Sellmode's connector: <script src="https://BACKEND/connect.js" data-store="STORE" data-sku="SKU" async></script>
(() => {
  const tag = document.currentScript, base = new URL(tag.src).origin, store = tag.dataset.store, KEY = `sellmode:${store}:`;
  if (!store || window[KEY]) return;
  window[KEY] = 1;
  const CSS = `:host{--b:#fff;--t:#1c1c1c;--l:#767676;position:fixed;inset-block-end:1rem;inset-inline-end:1rem;z-index:2147483000;font:16px/1.4 system-ui,sans-serif}
@media(prefers-color-scheme:dark){:host{--b:#161616;--t:#f0f0f0;--l:#8f8f8f}}
*{box-sizing:border-box;font:inherit}[hidden]{display:none!important}
button,input,textarea{min-block-size:44px;padding:.5rem .75rem;border:2px solid var(--l);border-radius:.5rem;background:var(--b);color:var(--t)}
button{cursor:pointer}.main,.open{background:var(--c);color:var(--o);border-color:var(--o)}.open{border-radius:2rem;float:inline-end;font-weight:600}
section{inline-size:min(23rem,100vw - 2rem);max-block-size:calc(100vh - 6rem);overflow:auto;background:var(--b);color:var(--t);border:1px solid var(--l);border-radius:.75rem;padding:1rem;margin-block-end:.5rem;overflow-wrap:anywhere}
header{display:flex;justify-content:space-between;align-items:center;gap:.5rem}h2{margin:0;font-weight:700}p{margin:.35rem 0}
[role=log]{max-block-size:16rem;overflow:auto}.line{border:1px solid var(--l);border-radius:.5rem;padding:.1rem .6rem;margin-block:.35rem;inline-size:fit-content;max-inline-size:90%}.mine{margin-inline-start:auto}
small{font-size:.85em}label{display:block}fieldset{border:1px solid var(--l);border-radius:.5rem;margin:.5rem 0;padding:.25rem .75rem}
.pick{display:flex;gap:.6rem;align-items:center;min-block-size:44px}.pick input{min-block-size:0;inline-size:1.4rem;block-size:1.4rem;flex:none}.pick img{inline-size:2.5rem;block-size:2.5rem;border-radius:50%;object-fit:cover}
input:not([type=radio],[type=checkbox]),textarea{inline-size:100%}a{color:inherit}:focus-visible{outline:3px solid var(--t);outline-offset:2px}.new::after{content:" \\25cf"}`;
  const kept = name => { try { return localStorage.getItem(KEY + name); } catch { return null; } };
  const keep = (name, value) => { try { value ? localStorage.setItem(KEY + name, value) : localStorage.removeItem(KEY + name); } catch {} };
  const el = (name, attributes, ...inside) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) if (value !== false) made.setAttribute(key, value === true ? "" : value);
    made.append(...inside);
    return made;
  };
  const sleep = ms => new Promise(done => setTimeout(done, ms));
  const call = (path, fields) => fetch(base + path, fields && {method: "POST", body: new URLSearchParams(fields)});
  let offer, words, token = kept("talk"), out = JSON.parse(kept("out") || "[]"), last = 0, source, busy, typed = 0, acked, failures = 0, quiet;
  const host = el("aside"), root = host.attachShadow({mode: "open"}), sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  root.adoptedStyleSheets = [sheet];
  let open, panel, state, log, form, text, more;

  // ------------------------------------------------------------------ what is shown
  const say = words => { state.textContent = words; };
  const field = (name, label, attributes) => el("label", {}, label, el("input", {name, ...attributes}));
  const picks = (legend, name, choices, first) => el("fieldset", {}, el("legend", {}, legend), ...choices.map(each =>
    el("label", {class: "pick"}, el("input", {type: "radio", name, value: each.id, required: true, checked: each.id === first}),
      ...(each.photo ? [el("img", {src: base + each.photo, alt: ""})] : []), el("span", {}, each.name, ...(each.more ? [el("br"), el("small", {}, each.more)] : [])))));
  const build = () => {
    state = el("p", {role: "status"});
    log = el("div", {role: "log", tabindex: "0", "aria-label": words.lines});
    text = el("textarea", {id: "text", name: "text", rows: "3", maxlength: offer.longest, required: true, dir: "auto"});
    more = el("div");
    form = el("form", {novalidate: true}, more, el("label", {for: "text"}, words.message), text, el("button", {class: "main"}, words.send));
    const close = el("button", {type: "button", "aria-label": words.close}, "\u00d7");
    panel = el("section", {id: "panel", role: "dialog", "aria-labelledby": "head", hidden: true}, el("header", {}, el("h2", {id: "head"}, offer.title), close), state, log, form);
    open = el("button", {type: "button", class: "open", "aria-expanded": "false", "aria-controls": "panel"}, words.open);
    host.setAttribute("aria-label", words.open);
    host.lang = offer.lang;
    host.dir = offer.dir;
    root.append(panel, open);
    document.body.append(host);
    const show = on => {
      panel.hidden = !on;
      open.setAttribute("aria-expanded", String(on));
      open.classList.remove("new");
      if (on) { text.focus(); token ? listen() : refresh(); ack(); } else open.focus();
    };
    open.onclick = () => show(panel.hidden);
    close.onclick = () => show(false);
    panel.onkeydown = event => { if (event.key === "Escape") { event.stopPropagation(); show(false); } };
    text.onkeydown = event => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); } };
    text.oninput = () => { if (token && Date.now() - typed > 3000) { typed = Date.now(); call(`/t/${token}/typing`, {}).catch(() => {}); } };
    form.onsubmit = event => { event.preventDefault(); token ? write() : ask(); };
    form.onchange = needs;
  };
  const dress = () => {
    host.style.setProperty("--c", offer.colour);
    host.style.setProperty("--o", offer.on);
    const chosen = Object.fromEntries(new FormData(form));
    more.replaceChildren();
    log.hidden = !token;
    if (token) {
      more.append(el("a", {href: `${base}/t/${token}`, target: "_blank", rel: "noopener"}, words.page));
      return;
    }
    say(offer.say);
    if (offer.people.length) more.append(picks(words.whom, "person", [...offer.people, {id: "", name: offer.store}], chosen.person ?? offer.people[0].id));
    more.append(picks(words.how, "way", offer.ways, chosen.way || offer.ways[0].id));
    more.append(field("name", words.name, {autocomplete: "name", maxlength: "100", value: chosen.name || ""}),
      el("div", {id: "reach"}, field("email", words.email, {type: "email", autocomplete: "email", value: chosen.email || ""}), field("phone", words.phone, {type: "tel", autocomplete: "tel", value: chosen.phone || ""}),
        el("label", {class: "pick"}, el("input", {type: "checkbox", name: "agreed", value: "yes", checked: !!chosen.agreed}), offer.consent)));
    needs();
  };
  const needs = () => {
    const reach = root.getElementById("reach");
    if (reach) reach.hidden = !(offer.ways.find(each => each.id === new FormData(form).get("way")) || {}).needs;
  };
  const put = (author, time, lines, cards, mine) => {
    const box = el("div", {class: mine ? "line mine" : "line"}, el("p", {}, el("small", {}, `${author} \u00b7 ${time} `, el("span", {class: "mark"}))), ...lines.map(each => el("p", {dir: "auto"}, each)));
    for (const card of cards || []) {
      const link = card.link && new URL(card.link, base);
      box.append(el("p", {dir: "auto"}, link && /^https?:$/.test(link.protocol) ? el("a", {href: link, target: "_blank", rel: "noopener"}, card.title) : card.title, ...(card.more ? [", ", card.more] : [])));
    }
    log.append(box);
    log.scrollTop = log.scrollHeight;
    return box;
  };
  const waiting = () => [...log.querySelectorAll("[data-key]")];
  const pend = line => { const box = put(words.you, "\u2026", [line.text], [], true); box.dataset.key = line.key; box.line = line; };
  const add = line => {
    if (line.n <= last) return;
    last = line.n;
    if (line.mine) waiting().find(box => box.at ? box.at === line.n : box.line.text.trim() === (line.text || []).join("\n"))?.remove();
    const box = put(line.author, line.time, line.text || [], line.cards, line.mine);
    if (line.mine) box.dataset.n = line.n; else { say(""); if (panel.hidden) open.classList.add("new"); }
    log.append(...waiting());
    ack();
  };
  const stand = now => {
    root.getElementById("head").textContent = now.sender;
    for (const box of log.querySelectorAll("[data-n]")) box.querySelector(".mark").textContent = box.dataset.n <= (now.seen || 0) ? words.read : "";
    say(now.closed ? words.closed : "");
  };
  const writing = () => { say(words.writing); clearTimeout(quiet); quiet = setTimeout(() => say(""), 6000); };

  // ------------------------------------------------------------------ down
  const giveBack = lines => { text.value = [...lines.map(each => each.text), text.value].filter(Boolean).join("\n"); };
  const over = () => { source?.close(); source = null; token = null; last = 0; giveBack(out); out = []; keep("talk"); keep("out"); log.replaceChildren(); dress(); refresh(); };
  const listen = () => {
    if (source) return;
    const mine = source = new EventSource(`${base}/t/${token}/events?after=${last}`);
    mine.addEventListener("line", event => add(JSON.parse(event.data)));
    mine.addEventListener("state", event => { failures = 0; stand(JSON.parse(event.data)); });
    mine.addEventListener("typing", writing);
    mine.onerror = () => { say(words.again); if (mine.readyState === 2) poll(); };
  };
  const poll = async () => {
    for (let n = 0; n < 6 && token; n++) {
      try {
        const answer = await call(`/t/${token}/lines?after=${last}`);
        if (answer.status === 404) return over();
        if (answer.ok) { const news = await answer.json(); news.lines.forEach(add); stand(news.state); }
      } catch { say(words.again); }
      await sleep(Math.min(60000, 2500 * 2 ** Math.min(failures, 4)) * (.75 + Math.random() / 2));
    }
    failures++;
    source = null;
    if (token) listen();
  };
  const ack = () => {
    clearTimeout(acked);
    if (token && last) acked = setTimeout(() => call(`/t/${token}/read`, {n: last, seen: panel.hidden || document.hidden ? 0 : 1}).catch(() => {}), 500);
  };

  // ------------------------------------------------------------------ up
  const write = () => {
    const line = {key: crypto.randomUUID?.() || String(Math.random()).slice(2) + Date.now(), text: text.value};
    if (!line.text.trim()) return;
    text.value = "";
    out.push(line);
    keep("out", JSON.stringify(out));
    pend(line);
    flush();
  };
  const flush = async () => {
    if (busy) return;
    busy = true;
    for (let n = 0; token && out.length;) {
      try {
        const answer = await call(`/t/${token}/lines`, out[0]);
        if (answer.status === 404) over();
        else if (answer.status < 500 && answer.status !== 429) {
          const line = out.shift(), told = await answer.json(), box = waiting().find(each => each.dataset.key === line.key);
          keep("out", out.length && JSON.stringify(out));
          n = 0;
          if (box) told.n > last ? box.at = told.n : box.remove();
          say("");
          if (!answer.ok) { giveBack([line]); say(told.problem || told.detail); }
          continue;
        }
      } catch {}
      if (out.length) { say(words.later); await sleep(Math.min(8000, 250 * 2 ** n++)); }
    }
    busy = false;
  };
  const ask = async () => {
    const fields = {...Object.fromEntries(new FormData(form)), store, guard: offer.guard, lang: offer.lang, sku: tag.dataset.sku || "", page: location.origin + location.pathname};
    try {
      const answer = await call("/connect", fields), told = await answer.json();
      if (!answer.ok) { if (answer.status !== 429 && told.guard) offer.guard = told.guard; return say(told.problem || told.detail); }
      token = told.talk;
      offer.guard = "";
      keep("talk", token);
      text.value = "";
      dress();
      listen();
      text.focus();
    } catch { say(words.later); }
  };
  const refresh = async () => {
    const lang = document.documentElement.lang;
    try {
      const answer = await call(`/connect?store=${encodeURIComponent(store)}&lang=${encodeURIComponent(lang)}`);
      if (!answer.ok) return;
      const guard = offer?.guard;
      offer = await answer.json();
      if (guard && !panel.hidden) offer.guard = guard; // what is sent again is the same request
      words = offer.words;
      if (!panel) build();
      if (!more.contains(root.activeElement)) dress();
    } catch {}
  };
  const start = async () => {
    await refresh();
    if (!panel) return;
    if (token) { out.forEach(pend); listen(); flush(); }
    document.addEventListener("visibilitychange", ack);
    setInterval(() => { if (!document.hidden && panel.hidden && !token) refresh(); }, 60000);
  };
  document.readyState === "loading" ? addEventListener("DOMContentLoaded", start) : start();
})();
