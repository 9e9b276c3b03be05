// The token that lets this page change something. It comes behind the # of the address, which no server sees, and is taken out of there at once, so
// that it is neither in the history nor in what is copied from the address bar.
const key = "token";

function take() {
  const given = new URLSearchParams(location.hash.slice(1)).get(key);
  if (given === null) return;
  sessionStorage.setItem(key, given);
  history.replaceState(null, "", location.pathname + location.search);
}

/** Asks the server for something that may change its state. */
export function post(path, body) {
  const headers = { Authorization: `Bearer ${sessionStorage.getItem(key) ?? ""}` };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  return fetch(path, { method: "POST", headers, body: body === undefined ? undefined : JSON.stringify(body) });
}

/** Whether this page may change something: the server says. */
export async function mayAct() {
  take();
  if (sessionStorage.getItem(key) === null) return false;
  return (await post("api/access")).ok;
}
