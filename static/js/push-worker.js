// Shows that there is something new and opens the portal when that is tapped. It keeps nothing and answers no request.
self.addEventListener("push", (event) => {
  const said = event.data ? event.data.json() : {};
  event.waitUntil(self.registration.showNotification(said.title || "", { body: said.body, tag: "news", data: said.url }));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const place = new URL(event.notification.data || "/", self.location.origin);
  if (place.origin === self.location.origin) event.waitUntil(self.clients.openWindow(place.href));
});
