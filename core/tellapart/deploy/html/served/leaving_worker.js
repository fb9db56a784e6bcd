// Keeps the page it was made with no longer: the page is made without a service worker now. Visitors who still have one
// get this in its place; it throws away what was kept and itself, and the next visit sees the page that is served.

const OURS = `tellapart ${self.registration.scope} `;

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(leave()));

async function leave() {
  const kept = (await caches.keys()).filter((name) => name.startsWith(OURS));
  await Promise.all(kept.map((name) => caches.delete(name)));
  await self.registration.unregister();
}
