// Every page works without this. It says what the server cannot: that a request is under way, or never reached it.
const by = (id) => document.getElementById(id);
const choice = (ctx) => ctx.sourceElement?.closest?.("form[data-choice]");

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (choice(ctx)) ctx.request.timeout = 15000; // nobody waits a minute for a switch
});
document.addEventListener("htmx:before:request", ({ target, detail: { ctx } }) => {
  target.setAttribute?.("aria-busy", "true");
  const form = choice(ctx);
  if (form?.contains(document.activeElement)) ctx.held = form.parentElement;
});
document.addEventListener("htmx:finally:request", ({ target, detail: { ctx } }) => {
  target.removeAttribute?.("aria-busy");
  // The control that was used may be gone: the focus goes to what stands in its place, never to nothing.
  if (ctx.held?.isConnected && document.activeElement === document.body) ctx.held.querySelector("button")?.focus({ preventScroll: true });
});

// A choice shows what is stored: one that was not saved goes back, and says so beside its control.
function unsaved(form) {
  form.reset();
  form.querySelector(".unsaved")?.remove();
  const note = document.createElement("p");
  note.className = "unsaved error";
  note.textContent = by("problem").dataset.unsaved;
  form.append(note);
  by("said").replaceChildren(note.textContent);
}
function unreached(ctx) {
  if (choice(ctx)) return unsaved(choice(ctx));
  if (ctx.request?.method === "GET") return; // a page that looks again by itself does so until it is answered
  const note = document.createElement("div");
  note.className = "notice danger";
  note.textContent = by("problem").dataset.offline;
  by("problem").replaceChildren(note);
  by("problem").scrollIntoView();
}
document.addEventListener("htmx:error", ({ detail: { ctx } }) => unreached(ctx));
document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  if (ctx.hx.redirect) return;
  if (ctx.hx.retarget && choice(ctx)) {
    ctx.hx.reswap = "innerHTML"; // the reason stands above the page; who used a switch stays where it is
    unsaved(choice(ctx));
  } else if (!ctx.hx.retarget && ctx.response.status !== 422) {
    ctx.swap = "none"; // not a word of ours: something between here and the portal failed
    unreached(ctx);
  }
});

// What was opened stays open when it is drawn anew; what was wrong is over when something has worked.
let open = [];
document.addEventListener("htmx:before:swap", () => {
  open = [...document.querySelectorAll("details[id][open]")].map((details) => details.id);
});
document.addEventListener("htmx:after:swap", ({ target, detail: { ctx } }) => {
  for (const id of open) by(id)?.setAttribute("open", "");
  if (target.id !== "problem" && !(ctx.response?.status >= 400)) by("problem").replaceChildren();
});
// A password can be looked at while it is typed; without this it stays hidden, and the button too.
document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("[data-reveals]")) {
    const field = document.getElementById(button.dataset.reveals);
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = field.type === "password";
      field.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", shown);
    });
    field.form.addEventListener("submit", () => { field.type = "password"; });
  }
});
// The box of a whole group ticks all boxes in it, and follows them.
function follow(group) {
  const [whole, ...parts] = group.querySelectorAll("input[type=checkbox]");
  const ticked = parts.filter((part) => part.checked).length;
  whole.checked = ticked > 0;
  whole.indeterminate = ticked > 0 && ticked < parts.length;
}
document.addEventListener("change", (event) => {
  const group = event.target.closest("[data-all]");
  if (!group) return;
  const [whole, ...parts] = group.querySelectorAll("input[type=checkbox]");
  if (event.target === whole) parts.forEach((part) => { part.checked = whole.checked; });
  follow(group);
});
document.querySelectorAll("[data-all]").forEach(follow);
