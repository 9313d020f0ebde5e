// Every page works without this. It says what the server cannot: that a request is under way, or never reached it.
document.addEventListener("htmx:before:request", (event) => event.target.setAttribute?.("aria-busy", "true"));
document.addEventListener("htmx:finally:request", (event) => event.target.removeAttribute?.("aria-busy"));
document.addEventListener("htmx:error", () => {
  const problem = document.getElementById("problem");
  const note = document.createElement("div");
  note.className = "notice danger";
  note.textContent = problem.dataset.offline;
  problem.replaceChildren(note);
  problem.scrollIntoView();
});
// What was wrong is over when something has worked.
document.addEventListener("htmx:after:swap", (event) => {
  if (event.target.id !== "problem") document.getElementById("problem").replaceChildren();
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
