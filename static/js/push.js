// Notifications are asked for on a tap and never before. Where a browser has none, the button stays hidden.
const form = document.getElementById("push");
const no = document.getElementById("push-no");
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function subscribe() {
  if ((await Notification.requestPermission()) !== "granted") return (no.textContent = no.dataset.denied);
  await navigator.serviceWorker.register("/push-worker.js");
  const { pushManager } = await navigator.serviceWorker.ready;
  await (await pushManager.getSubscription())?.unsubscribe(); // it may be of another key, or of who was here before
  const made = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(form.dataset.key) });
  form.elements.endpoint.value = made.endpoint;
  for (const name of ["p256dh", "auth"]) form.elements[name].value = text(made.getKey(name));
  form.submit();
}

if (form && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    no.textContent = "";
    subscribe().catch(() => { no.textContent = no.dataset.failed; });
  });
}
document.querySelector("[data-push-off]")?.addEventListener("submit", (event) => {
  const off = event.target;
  event.preventDefault();
  navigator.serviceWorker.getRegistration("/push-worker.js")
    .then((there) => there?.pushManager.getSubscription())
    .then((made) => made?.unsubscribe())
    .catch(() => {}) // the portal tells it no more in any case
    .then(() => off.submit());
});
