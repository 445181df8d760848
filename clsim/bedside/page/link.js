// The line to the server: one WebSocket, taken up again when it was lost.
//
// Anything with send(), close() and the two callbacks can stand in its place, as in an exported lesson.

const SLOWEST = 8000; // ms between attempts
const SOONEST = 500;

/** How long to wait before attempt ``n``, ms. */
export function wait(n) {
  return Math.min(SLOWEST, SOONEST * 2 ** n);
}

/** Address of the session's WebSocket; the token comes from the address of the page. */
export function address(location, session) {
  const asked = new URLSearchParams(location.search);
  const query = new URLSearchParams();
  if (asked.get("token")) query.set("token", asked.get("token"));
  if (session) query.set("session", session);
  const where = new URL("ws", location.href);
  where.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  where.search = query.toString();
  where.hash = "";
  return where.href;
}

export class Link {
  /** ``heard(message)`` for each message, ``changed(connected, again)`` when the line comes or goes. */
  constructor(heard, changed, location = window.location, Socket = WebSocket) {
    Object.assign(this, { heard, changed, location, Socket, tries: 0, session: null, socket: null, closed: false });
  }

  open() {
    const socket = new this.Socket(address(this.location, this.session));
    this.socket = socket;
    socket.onopen = () => {
      const again = this.tries > 0;
      this.tries = 0;
      this.changed(true, again);
    };
    socket.onmessage = (event) => this.take(event.data);
    socket.onclose = () => {
      if (this.closed || socket !== this.socket) return;
      this.changed(false, true);
      this.timer = setTimeout(() => this.open(), wait(this.tries));
      this.tries += 1;
    };
  }

  take(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      message = { is: "error", for: null, said: "the server sent what is no message" };
    }
    if (message?.is === "scene") this.session = message.session;
    this.heard(message);
  }

  /** False if the line is down: nothing is kept back to be done later, when it no longer fits. */
  send(message) {
    if (this.socket?.readyState !== 1) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }
}

/** What `start` is given where there is a server. */
export function webSocketLink(heard, changed) {
  return new Link(heard, changed);
}
