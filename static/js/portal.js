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
