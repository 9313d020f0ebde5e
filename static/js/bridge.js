// Between a page and the app around it, where that app listens (docs/webview.md). Every page works without this.
// A message is {v: 1, type} and, from the app, at most one word more: no personal data and no codes, either way.
const VERSION = 1;
const OUT = ["privacy.closed", "session.lost", "session.confirm", "settings.open", "location.state", "location.changed", "deletion.changed"];
const IN = { "location.state": ["granted", "approximate", "denied", "unasked"] };

// How the app listens: WebKit's message handlers on iOS; on Android an object that it gave to our origin alone.
const handler = window.webkit?.messageHandlers?.privacyPortal;
const port = handler ? null : window.privacyPortal;
const listens = typeof (handler ?? port)?.postMessage === "function";

function tell(type) {
  if (!listens || !OUT.includes(type)) return false;
  try {
    if (handler) handler.postMessage({ v: VERSION, type });
    else port.postMessage(JSON.stringify({ v: VERSION, type }));
    return true;
  } catch { // an app that listened once and does so no more
    return false;
  }
}

// What the app says: the right version, a known type with a known word, and nothing else.
function understood(said) {
  let message = said;
  if (typeof said === "string") {
    if (said.length > 200) return null;
    try { message = JSON.parse(said); } catch { return null; }
  }
  if (message === null || typeof message !== "object" || message.v !== VERSION) return null;
  if (Object.keys(message).sort().join() !== "state,type,v") return null;
  return Object.hasOwn(IN, message.type) && IN[message.type].includes(message.state) ? message : null;
}
function hear(said) {
  const message = understood(said);
  if (message) document.dispatchEvent(new CustomEvent("app:" + message.type, { detail: message.state }));
}
// On iOS and on Android the app sends an event of the page's own window; what another frame or site posts is not heard.
window.addEventListener("message", (event) => {
  const own = event.source === window || event.source === null;
  if (own && (event.origin === location.origin || event.origin === "")) hear(event.data);
});
if (port && listens) port.onmessage = (event) => hear(event.data);

// Buttons for what only an app can do stand where it listens, and what a page asks for by itself is asked once.
function button(place) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = place.dataset.kind;
  made.textContent = place.textContent;
  made.addEventListener("click", () => {
    if (!tell(place.dataset.tells)) made.remove();
    for (const note of made.closest("[data-asks]")?.querySelectorAll("[data-waits]") ?? []) note.hidden = false;
  });
  place.replaceWith(made);
}
function furnish(root) {
  if (!listens) return;
  for (const place of root.querySelectorAll("[data-tells]")) button(place);
  for (const place of root.querySelectorAll("[data-says]")) {
    if (!tell(place.dataset.says)) continue;
    if ("shown" in place.dataset) place.hidden = false;
    delete place.dataset.says; // once: what is drawn anew says it anew
  }
}
document.addEventListener("DOMContentLoaded", () => furnish(document));
document.addEventListener("htmx:after:swap", ({ target }) => furnish(target));

// The phone's own switch for location, as the app reports it while the page is open.
document.addEventListener("app:location.state", ({ detail }) => {
  for (const place of document.querySelectorAll("[data-phone-says]")) {
    place.textContent = place.dataset[detail];
  }
});
