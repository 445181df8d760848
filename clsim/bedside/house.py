"""All sessions of a server: who is there, who is away, and who is gone.

A tick of a running clock takes a few milliseconds at most and is computed by the loop that carries the lines; whatever
may take longer is computed by a small pool of threads.  What goes wrong in one session ends that one.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import math
import secrets
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import anyio

from clsim.bedside import messages
from clsim.bedside.greeting import hello
from clsim.bedside.session import Session
from clsim.bedside.side import Case
from clsim.errors import BadInput, ClsimError

EVERY = 0.05  # s between two frames
IDLE = 1.0  # s between two frames of a clock that stands
MOST_SESSIONS = 64
GRACE = 600.0  # s that a session waits for its page
SWEEP = 15.0  # s between two looks for sessions that nobody comes back to
THREADS = 4
PER_SECOND = 40  # messages
WORD = 12  # bytes of the name of a session

Send = Callable[[str], Awaitable[None]]
Receive = Callable[[], Awaitable[str | bytes]]
log = logging.getLogger("clsim.bedside")


class Gone(Exception):
    """The line is closed."""


@dataclass
class Guest:
    """A session and who looks at it."""

    session: Session
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    alone: threading.Lock = field(default_factory=threading.Lock)  # a call goes on though its line is gone
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    replaced: asyncio.Event | None = None  # of the line that looks at it
    left: float = math.inf  # when its page went away
    broken: bool = False

    def call(self, what: Callable[..., Any], *given: Any) -> Any:
        """Something done with the session, by one thread at a time."""
        with self.alone:
            return what(*given)


class House:
    """Sessions by name.

    Parameters
    ----------
    case : Case
        Whom every new session opens with.
    first : sequence of mapping
        Messages that every new session is given, as if its page had said them.
    grace : float
        Seconds for which a session is kept without a page.
    clock : callable
        Seconds of the wall.
    """

    def __init__(
        self, case: Case, first: Sequence[Mapping[str, Any]] = (), grace: float = GRACE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.case, self.grace, self.clock = case, grace, clock
        self.first = [messages.INCOMING.validate_python(dict(each)) for each in first]
        self.guests: dict[str, Guest] = {}
        self.greeting = text(hello())
        self.pool = ThreadPoolExecutor(THREADS, "bedside")

    # ------------------------------------------------------------------------------------ coming

    async def visit(self, send: Send, receive: Receive, name: str = "") -> None:
        """Carry one line from its beginning to its end.

        Parameters
        ----------
        send, receive : coroutine functions
            Of texts; `receive` raises `Gone` at the end.
        name : str
            Of a session that lost its line; another one begins if there is none of that name.
        """
        await send(self.greeting)
        guest = self.guests.get(name)
        if guest is None:
            try:
                guest = await self._new()
            except ClsimError as error:
                await send(text(problem(None, str(error))))
                return
        else:
            if guest.replaced:
                guest.replaced.set()
            async with guest.lock:
                await self._work(guest.call, guest.session.come_back)
        here = guest.replaced = asyncio.Event()
        guest.left = math.inf
        try:
            async with anyio.create_task_group() as group:

                async def until_one_ends(call: Callable[..., Awaitable[Any]], *given: Any) -> None:
                    with contextlib.suppress(Gone):
                        await call(*given)
                    group.cancel_scope.cancel()

                group.start_soon(until_one_ends, self._listen, guest, send, receive)
                group.start_soon(until_one_ends, self._run, guest, send)
                group.start_soon(until_one_ends, here.wait)
        finally:
            if guest.replaced is here:
                guest.replaced = None
                guest.left = self.clock()
                guest.session.running = False
            if guest.broken:
                self.drop(guest.session.name)

    async def _new(self) -> Guest:
        self.sweep()
        if len(self.guests) >= MOST_SESSIONS:
            raise BadInput("is full", given=f"{MOST_SESSIONS} sessions", allowed="a little later", key="session")
        name = secrets.token_urlsafe(WORD)
        guest = Guest(await self._work(self._opened, name))
        self.guests[name] = guest
        return guest

    def _opened(self, name: str) -> Session:
        session = Session(name, self.case)
        if self.first:
            session.out.clear()
            for each in self.first:
                session.respond(each)
            if not any(each["is"] == "scene" for each in session.out):
                session.come_back()
        return session

    async def _work(self, call: Callable[..., Any], *given: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.pool, call, *given)

    # ----------------------------------------------------------------------------------- a session

    async def _listen(self, guest: Guest, send: Send, receive: Receive) -> None:
        """Do what the page says, not more often than agreed."""
        recent: deque[float] = deque(maxlen=PER_SECOND)
        while not guest.broken:
            said = await receive()
            now = self.clock()
            if len(recent) == PER_SECOND and now - recent[0] < 1.0:
                await send(text(problem(None, f"too many messages: at most {PER_SECOND} a second are heard")))
                continue
            recent.append(now)
            async with guest.lock:
                await self._guarded(guest, False, heard, guest.session, said)
                await self._flush(guest, send)
            guest.wake.set()

    async def _run(self, guest: Guest, send: Send) -> None:
        """Frames at an even pace, fewer while the clock stands."""
        session, last = guest.session, self.clock()
        due = last
        while not guest.broken:
            async with guest.lock:
                now = self.clock()
                await self._guarded(guest, not session.hurried, session.tick, now - last)
                last = now
                await self._flush(guest, send)
            if session.hurried:
                await asyncio.sleep(0.0)
                due = self.clock()
                continue
            going = session.running or session.job
            if going:
                due = max(due + EVERY, self.clock())
                await asyncio.sleep(due - self.clock())
                continue
            guest.wake.clear()
            with anyio.move_on_after(IDLE):
                await guest.wake.wait()
            due = self.clock()

    async def _guarded(self, guest: Guest, short: bool, call: Callable[..., Any], *given: Any) -> None:
        """A call of a session, a short one at once; what nobody foresaw ends it, and it alone."""
        try:
            if short and guest.alone.acquire(blocking=False):
                try:
                    call(*given)
                finally:
                    guest.alone.release()
            else:
                await self._work(guest.call, call, *given)
        except ClsimError as error:
            guest.session.out.append(problem(None, str(error)))
            guest.session.running, guest.session.goal = False, 0.0
        except Exception:
            log.exception("a session ended: an error that nobody foresaw")
            guest.session.out = [problem(None, "this session has failed and is closed; others go on")]
            guest.broken = True

    async def _flush(self, guest: Guest, send: Send) -> None:
        """Send what there is to say, in order."""
        out, guest.session.out = guest.session.out, []
        for each in out:
            await send(text(each))

    # -------------------------------------------------------------------------------------- going

    def sweep(self) -> None:
        """Forget sessions whose pages did not come back."""
        now = self.clock()
        for name in [name for name, guest in self.guests.items() if now - guest.left > self.grace]:
            self.drop(name)

    def drop(self, name: str) -> None:
        """Forget a session."""
        guest = self.guests.pop(name, None)
        if guest:
            guest.session.stop_typical()

    async def keep(self) -> None:
        """Sweep now and then, for ever."""
        while True:
            await asyncio.sleep(min(SWEEP, max(self.grace, 0.1)))
            self.sweep()

    def close(self) -> None:
        """Everybody out."""
        for name in [*self.guests]:
            self.drop(name)
        self.pool.shutdown(wait=False, cancel_futures=True)


def heard(session: Session, said: str | bytes) -> None:
    """One message for a session; what cannot be done is answered, and nothing is changed."""
    do = None
    try:
        message = messages.read(said)
        do = message.do
        session.handle(message)
    except ClsimError as error:
        session.out = [problem(do, str(error))]


def problem(do: str | None, said: str) -> dict[str, Any]:
    """Something could not be done."""
    return {"is": "error", "for": do, "said": said[:500]}


def text(message: Mapping[str, Any]) -> str:
    """A message as JSON; what is not a finite number is null."""
    try:
        return json.dumps(message, allow_nan=False, separators=(",", ":"))
    except ValueError:
        return json.dumps(finite(message), allow_nan=False, separators=(",", ":"))


def finite(value: Any) -> Any:
    """The same without numbers that JSON does not know."""
    if isinstance(value, Mapping):
        return {key: finite(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
