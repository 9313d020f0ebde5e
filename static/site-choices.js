// Asks which cookies may be set, keeps the answer for this site (or for all below one domain), and obeys it:
// <script type="text/plain" data-choice="statistics"> and <iframe data-choice="…" data-src="…"> wait until they may run.
// window.siteChoices.may("statistics") answers at any time; the event "site-choices" on document tells of each change.
(function (site) {
  "use strict";
  const NAME = "site_choices";
  const signal = navigator.globalPrivacyControl === true;
  const words = site.words[document.documentElement.lang.slice(0, 2)] || Object.values(site.words)[0];
  const language = Object.keys(site.words).find((code) => site.words[code] === words);

  function stored() {
    const found = document.cookie.split("; ").find((pair) => pair.startsWith(NAME + "="));
    return found ? found.slice(NAME.length + 1).split(".") : null;
  }

  function keep(allowed) {
    const below = site.domain && ("." + location.hostname).endsWith("." + site.domain);
    const parts = [NAME + "=" + ["1", ...allowed].join("."), "path=/", "max-age=" + site.days * 86400, "samesite=lax"];
    if (below) parts.push("domain=" + site.domain);
    if (location.protocol === "https:") parts.push("secure");
    document.cookie = parts.join("; ");
  }

  // Deny on doubt: an unknown kind, no answer yet, or a browser that says no.
  function may(id) {
    const kind = site.kinds.find((each) => each.id === id);
    if (!kind) return false;
    if (kind.needed) return true;
    return !(kind.bySignal && signal) && (stored() || []).slice(1).includes(id);
  }

  function run() {
    for (const waiting of document.querySelectorAll('script[type="text/plain"][data-choice]')) {
      if (!may(waiting.dataset.choice)) continue;
      const script = document.createElement("script");
      for (const { name, value } of waiting.attributes) if (name !== "type") script.setAttribute(name, value);
      script.text = waiting.text;
      waiting.replaceWith(script);
    }
    for (const frame of document.querySelectorAll("iframe[data-choice][data-src]")) {
      if (may(frame.dataset.choice) && !frame.src) frame.src = frame.dataset.src;
    }
  }

  function decide(allowed) {
    const before = stored() || [];
    keep(allowed);
    close();
    const taken = before.slice(1).some((id) => !allowed.includes(id));
    document.dispatchEvent(new CustomEvent("site-choices", { detail: Object.fromEntries(site.kinds.map((kind) => [kind.id, may(kind.id)])) }));
    if (taken) location.reload(); // what runs already cannot be called back in any other way
    else run();
  }

  let dialog = null;

  function close() {
    if (dialog) dialog.remove();
    dialog = null;
  }

  function element(tag, text, attributes) {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
    return made;
  }

  function button(text, act) {
    const made = element("button", text, { type: "button" });
    made.addEventListener("click", act);
    return made;
  }

  function boxes() {
    const list = element("div", "", { class: "kinds" });
    for (const kind of site.kinds) {
      const label = element("label");
      const box = element("input", "", { type: "checkbox", value: kind.id });
      const denied = kind.bySignal && signal;
      box.checked = may(kind.id);
      box.disabled = kind.needed || denied;
      const note = kind.needed ? words.always : denied ? words.signal : "";
      label.append(box, element("strong", " " + kind.title[language] + (note ? " (" + note + ")" : "")), element("span", kind.about[language]));
      list.append(label);
    }
    return list;
  }

  function open(chosen) {
    close();
    dialog = element("div", "", { id: "site-choices" });
    const root = dialog.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const panel = element("section", "", { role: "dialog", "aria-labelledby": "title", lang: language });
    panel.append(element("h2", words.title, { id: "title" }), element("p", words.text));
    const actions = element("div", "", { class: "actions" });
    if (chosen) {
      const list = boxes();
      panel.append(list);
      actions.append(button(words.save, () => decide([...list.querySelectorAll("input:checked:not(:disabled)")].map((box) => box.value))));
    }
    actions.append(
      button(words.none, () => decide([])),
      button(words.all, () => decide(site.kinds.filter((kind) => !kind.needed && !(kind.bySignal && signal)).map((kind) => kind.id))),
    );
    if (!chosen) actions.append(button(words.choose, () => open(true)));
    panel.append(actions, element("a", words.more, { href: site.policy }));
    root.append(panel);
    document.body.append(dialog);
    if (chosen) root.querySelector("input:not(:disabled), button").focus();
  }

  const STYLE = `
    section { position: fixed; inset: auto 1rem 1rem; max-width: 34rem; max-height: 80vh; overflow: auto; padding: 1rem 1.25rem; z-index: 2147483647;
      border: 1px solid #565f6b; border-radius: 14px; background: #fff; color: #17202a; font: 1rem/1.5 system-ui, sans-serif; }
    h2 { margin: 0; font-size: 1.1rem; } p { margin: .25rem 0 .75rem; } a { color: #0b5d57; }
    .actions { display: flex; flex-wrap: wrap; gap: .5rem; margin-bottom: .75rem; }
    button { flex: 1 1 8rem; min-height: 44px; padding: .4rem 1rem; border: 1px solid #0b5d57; border-radius: 10px; background: #fff; color: #0b5d57; font: inherit; font-weight: 600; cursor: pointer; }
    button:focus-visible, a:focus-visible, input:focus-visible { outline: 3px solid #0b5d57; outline-offset: 2px; }
    .kinds label { display: grid; grid-template-columns: 1.75rem 1fr; padding: .4rem 0; min-height: 44px; }
    .kinds input { width: 1.25rem; height: 1.25rem; grid-row: span 2; } .kinds span { grid-column: 2; color: #565f6b; }
    @media (prefers-color-scheme: dark) {
      section { background: #1b2126; color: #eceae4; border-color: #9aa4ad; } a, button { color: #6fd3c8; }
      button { background: #1b2126; border-color: #6fd3c8; } .kinds span { color: #b3bcc4; }
    }`;

  window.siteChoices = { may, open: () => open(true) };
  function start() {
    run();
    if (!stored() && site.kinds.some((kind) => !kind.needed)) open(false);
    for (const opener of document.querySelectorAll("[data-site-choices]")) opener.addEventListener("click", () => open(true));
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})
