"""Running the bedside on this machine."""

from __future__ import annotations

import contextlib
import gc
import ipaddress
import os
import secrets
import socket
import sys
import webbrowser

import uvicorn

from clsim.bedside.app import LOOPBACK, make_app
from clsim.bedside.house import House
from clsim.bedside.messages import LARGE
from clsim.errors import BadInput

TOKEN = 18  # bytes
WAITING = 64  # lines that may wait to be taken
SWITCH = 0.0005  # s after which a thread that computes lets others have their turn
ANYWHERE = ("0.0.0.0", "::", "")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def bound(host: str, port: int) -> socket.socket:
    """A socket at that place.

    Raises
    ------
    BadInput
        If it is taken, or cannot be had.
    """
    found: socket.socket | None = None
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        found = socket.socket(family, socket.SOCK_STREAM)
        if os.name == "posix":  # elsewhere it would let two servers share a port
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
        found.listen(WAITING)
    except OSError as error:
        if found:
            found.close()
        raise BadInput(f"cannot be listened at ({error.strerror or error})", given=f"{host}:{port}", key="--port",
                       allowed="another port, or 0 for any that is free") from None
    return found


def serve(house: House, host: str, port: int, open_page: bool, query: str = "") -> None:
    """Listen until somebody ends it.

    Parameters
    ----------
    house : House
    host : str
        Other than this machine itself, a token is made up, printed and asked for.
    port : int
        0 for any that is free.
    open_page : bool
        Open a browser.
    query : str
        For the address of the page.
    """
    sys.setswitchinterval(SWITCH)
    gc.collect()
    gc.freeze()  # what was loaded stays: looking through it again would hold up every frame
    token = "" if is_loopback(host) else secrets.token_urlsafe(TOKEN)
    place = bound(host, port)
    shown = socket.gethostname() if host in ANYWHERE else host
    names = None if host in ANYWHERE else [*LOOPBACK, f"[{host}]" if ":" in host else host]
    parts = [each for each in (f"token={token}" if token else "", query) if each]
    inside = f"[{shown}]" if ":" in shown else shown
    address = f"http://{inside}:{place.getsockname()[1]}/" + (f"?{'&'.join(parts)}" if parts else "")
    print(f"the bedside is at {address}\nend it with ctrl-c", flush=True)
    if token:
        print("whoever knows this address can use it; keep it among those who should", file=sys.stderr, flush=True)
    config = uvicorn.Config(
        make_app(house, token, names), log_level="warning", ws="websockets-sansio", ws_max_size=2 * LARGE,
        ws_per_message_deflate=False, server_header=False, lifespan="on", timeout_graceful_shutdown=2)
    if open_page:
        webbrowser.open(address)
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[place])
