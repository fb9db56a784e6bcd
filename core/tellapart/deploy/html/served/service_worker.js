// Keeps the page it was made with, so that it opens without a connection. A new page comes with a new worker, which
// fetches that page whole before it takes over; until then the old one is shown.

const SHA256 = "{{sha256}}";
const PAGE = self.registration.scope; // the page's own address: no other page of the server is touched
const OURS = `tellapart ${PAGE} `;
const KEPT = `${OURS}${SHA256}`;

self.addEventListener("install", (event) => event.waitUntil(keepPage()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (event) => {
  const { mode, url } = event.request;
  if (mode === "navigate" && url.split(/[?#]/)[0] === PAGE) event.respondWith(pageFor(event.request));
});

async function keepPage() {
  const answer = await fetch(PAGE, { cache: "no-cache", credentials: "same-origin" });
  const page = await answer.arrayBuffer();
  const digest = [...new Uint8Array(await crypto.subtle.digest("SHA-256", page))];
  if (digest.map((byte) => byte.toString(16).padStart(2, "0")).join("") !== SHA256) {
    throw new Error("This worker belongs to another page. Put both files on the server again.");
  }
  const headers = new Headers(answer.headers);
  headers.delete("Content-Encoding"); // it is unpacked
  headers.delete("Content-Length");
  await (await caches.open(KEPT)).put(PAGE, new Response(page, { headers }));
  await self.skipWaiting();
}

async function takeOver() {
  const old = (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== KEPT);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** @param {Request} request */
async function pageFor(request) {
  return (await (await caches.open(KEPT)).match(PAGE)) ?? fetch(request);
}
