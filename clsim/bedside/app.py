"""The web side: a page, its files, instructor sheets, and one line for each session.

Nothing that comes from outside names a file: pages are those of a folder of the package, lessons those of a list.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
from collections.abc import AsyncIterator, Iterable
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from clsim.bedside.house import Gone, House
from clsim.lessons.lesson import lessons, load_lesson
from clsim.lessons.sheet import sheet

PAGE = Path(__file__).parent / "page"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
OWN = ("default-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
       "object-src 'none'")
PAPER = ("default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'; "
         "form-action 'none'")  # a sheet to print holds its own style, and no script
SAFE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin"}
REFUSED = 4403  # close code: wrong token, or asked by the page of another site; the page knows it (link.js)


class Guard:
    """Only requests to a host by which the server is known, and safe headers on every answer."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str] | None) -> None:
        self.app, self.hosts = app, None if hosts is None else {each.lower() for each in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if self.hosts is not None and _bare(HTTPConnection(scope).headers.get("host", "")) not in self.hosts:
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": REFUSED})
            else:
                said = "not served under this name: use the address that clsim bedside printed"
                await PlainTextResponse(said, 403, SAFE)(scope, receive, send)
            return

        async def safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = dict(SAFE)
                there = {key.lower() for key, _ in message["headers"]}
                if b"content-security-policy" not in there:
                    headers["Content-Security-Policy"] = OWN
                message["headers"] = [*((key, value) for key, value in message["headers"]
                                        if key.decode().title() not in SAFE),
                                      *((key.encode(), value.encode()) for key, value in headers.items())]
            await send(message)

        await self.app(scope, receive, safely)


def _bare(host: str) -> str:
    """A host without its port."""
    head, colon, port = host.lower().rpartition(":")
    return head if colon and port.isdigit() else host.lower()


def make_app(house: House, token: str = "", hosts: Iterable[str] | None = LOOPBACK) -> Starlette:
    """The application.

    Parameters
    ----------
    house : House
    token : str
        Asked for in the query of the line and of a sheet; empty for none.
    hosts : iterable of str, optional
        Names by which the server may be called; any if not given, where a token is asked for.

    Raises
    ------
    ValueError
        If anybody could call it by any name.
    """

    if hosts is None and not token:
        raise ValueError("without a token, a server is called by its own names only")

    def known(asked: HTTPConnection) -> bool:
        return hmac.compare_digest(token.encode(), asked.query_params.get("token", "").encode())

    async def line(socket: WebSocket) -> None:
        origin = socket.headers.get("origin")
        foreign = origin is not None and urlsplit(origin).netloc.lower() != socket.headers.get("host", "").lower()
        if foreign:
            await socket.close(REFUSED)
            return
        await socket.accept()
        if not known(socket):
            await socket.close(REFUSED, "wrong token")  # a line that was never taken could not tell the page why
            return

        async def send(text: str) -> None:
            try:
                await socket.send_text(text)
            except (WebSocketDisconnect, RuntimeError):
                raise Gone from None

        async def receive() -> str | bytes:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                raise Gone
            return message["text"] if message.get("text") is not None else message.get("bytes") or b""

        with contextlib.suppress(Gone):
            await house.visit(send, receive, socket.query_params.get("session", ""))
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await socket.close()

    async def index(request: Request) -> Response:
        file = PAGE / "index.html"
        return HTMLResponse(file.read_text(encoding="utf-8"))

    async def instructor(request: Request) -> Response:
        name = request.path_params["name"]
        if not known(request):  # it holds the answers, and takes a while to compute
            return PlainTextResponse("wrong token: use the link on the page of the bedside", 403)
        if name not in lessons():
            return PlainTextResponse("there is no such lesson", 404)
        made = await asyncio.get_running_loop().run_in_executor(house.pool, _sheet, name)
        return HTMLResponse(made, headers={"Content-Security-Policy": PAPER})

    @contextlib.asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(house.keep())
        yield
        task.cancel()
        house.close()

    routes = [
        Route("/", index), WebSocketRoute("/ws", line), Route("/lessons/{name}/sheet", instructor),
        Mount("/page", StaticFiles(directory=PAGE))]
    return Starlette(routes=routes, middleware=[Middleware(Guard, hosts=hosts)], lifespan=life)


@cache
def _sheet(name: str) -> str:
    return sheet(load_lesson(name))
