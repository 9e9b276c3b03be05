// What the server tells: everything first, then what changes. The browser connects again by itself, and is told everything again then.
export function listen(store, connected) {
  const source = new EventSource("api/feed");
  source.addEventListener("open", () => {
    store.forget();
    connected(true);
  });
  source.addEventListener("error", () => {
    connected(false);
    // A server that refuses, rather than is away, ends the source for good.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(store, connected), 2000);
  });
  source.addEventListener("message", (event) => store.apply(JSON.parse(event.data)));
}
