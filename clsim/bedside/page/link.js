// The line to the server: one WebSocket, taken up again when it was lost.
//
// Anything with send(), close() and the two callbacks can stand in its place, as in an exported lesson.

const SLOWEST = 8000; // ms between attempts
const SOONEST = 500;
const REFUSED = 4403; // close code of the server: it wants another token

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

/** Why a server does not let this page in, and what to do about it: a title and sentences. */
export function refusal(location) {
  const given = new URLSearchParams(location.search).get("token");
  return {
    title: given ? "The token in this address is wrong" : "This address lacks its token",
    said: [given ? "The server does not know it. It makes up another token each time it is started, so an address of an earlier start, or a part of one, no longer opens it."
      : "This server is open to other machines, and lets in only who has the token that it made up when it was started.",
    "The whole address, with its token, is what clsim bedside printed where it was started, after \u201cthe bedside is at\u201d. Copy all of it into the address bar, or ask whoever started it.",
    "Nothing is tried again by itself, and nothing that was saved is lost."],
  };
}

export class Link {
  /**
   * ``heard(message)`` for each message, ``changed(connected, again, refused)`` when the line comes or goes; ``refused``
   * says why the server will not have this page: then it is not tried again.
   */
  constructor(heard, changed, location = window.location, Socket = WebSocket) {
    Object.assign(this, { heard, changed, location, Socket, tries: 0, session: null, socket: null, closed: false });
  }

  open() {
    const socket = new this.Socket(address(this.location, this.session));
    this.socket = socket;
    socket.onmessage = (event) => this.take(event.data);
    socket.onclose = (event) => {
      if (this.closed || socket !== this.socket) return;
      if (event?.code === REFUSED) {
        this.closed = true;
        this.changed(false, false, refusal(this.location));
        return;
      }
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
    if (message?.is === "hello") this.changed(true, this.tries > 0); // before, the server may still send the page away
    if (message?.is === "scene") {
      this.session = message.session;
      this.tries = 0;
    }
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
