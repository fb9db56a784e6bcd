// A page that came from a web server can be installed; with its service worker beside it, it opens offline as well.

/**
 * @typedef {{about: string, colour: string, ground: string, icons: object[], service_worker: string}} Installing
 * icons: as in a manifest. service_worker: the file's name beside the page; "" where there is none.
 */

/** @param {Installing} facts */
export function offerInstalling(facts) {
  if (!/^https?:$/.test(location.protocol)) return; // from disk nothing can be installed, and nothing is asked for
  const address = `${location.origin}${location.pathname}`;
  const link = document.createElement("link");
  link.rel = "manifest";
  link.href = `data:application/manifest+json,${encodeURIComponent(JSON.stringify(manifestOf(facts, address)))}`;
  document.head.append(link);
  if (facts.service_worker === "" || !("serviceWorker" in navigator)) return;
  const worker = new URL(`./${encodeURIComponent(facts.service_worker)}`, address);
  navigator.serviceWorker.register(worker, { scope: address }).catch(() => undefined); // then it needs its server
}

/**
 * Its addresses are whole ones, since the manifest itself has none that they could be relative to.
 * @param {Installing} facts @param {string} address
 */
function manifestOf(facts, address) {
  return {
    id: address,
    start_url: address,
    scope: address,
    name: document.title,
    short_name: document.title,
    description: facts.about,
    display: "standalone",
    theme_color: facts.colour,
    background_color: facts.ground,
    icons: facts.icons,
  };
}
