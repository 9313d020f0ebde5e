// Shows that there is something new and opens the portal when that is tapped. It keeps nothing and answers no request.
// Where the push service changes the address, it says so to the portal, which knows whether this browser is told.
self.addEventListener("push", (event) => {
  const said = event.data ? event.data.json() : {};
  event.waitUntil(self.registration.showNotification(said.title || "", { body: said.body, tag: "news", data: said.url }));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const place = new URL(event.notification.data || "/", self.location.origin);
  if (place.origin === self.location.origin) event.waitUntil(self.clients.openWindow(place.href));
});
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

async function renew({ oldSubscription, newSubscription }) {
  const { pushManager } = self.registration;
  const known = newSubscription || (await pushManager.getSubscription());
  const made = known || (oldSubscription && (await pushManager.subscribe(oldSubscription.options)));
  if (!made) return; // without the key that it was made for; the inbox offers it again
  const { endpoint, keys } = made.toJSON();
  const body = new URLSearchParams({ endpoint, ...keys });
  const told = await fetch("/inbox/browsers/renew", { method: "POST", body, redirect: "manual" });
  if (told.status !== 204) await made.unsubscribe(); // signed out, or somebody else is here: nobody asked for it
}
