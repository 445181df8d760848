"""How the bedside bears a class: clients that all run their patients, the longest wait for a frame, and memory.

A server is started as a process of its own; every client is a WebSocket that starts its clock at a speed, gives a
bolus now and then, begins anew at the end, and measures the time between two frames.  Written as JSON.

    python benchmarks/bedside_load.py --clients 20 --seconds 300
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import websockets

LIMIT = 0.25  # s between two frames
BOLUS = {"do": "fluid", "name": "saline_0.9", "volume_mL": 250, "over_min": 30}
SETTLE = 10.0  # s in which nothing is counted, while everybody comes


def resident(process: int) -> float:
    """MiB of a process and of those it started."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def client(url: str, speed: float, twin: bool, until: float, seen: dict[str, list[float]], number: int) -> None:
    """One student."""
    chance = random.Random(number)
    await asyncio.sleep(chance.uniform(0.0, SETTLE / 2.0))
    async with websockets.connect(url, max_size=None, compression=None) as line:

        async def say(**message: object) -> None:
            await line.send(json.dumps(message))

        await say(do="pause_on_alarm", on=False)
        await say(do="speed", times=speed)
        if twin:
            await say(do="twin", policies=["cwg-2014", "no-pressor-2015"], from_start=True)
        await say(do="go")
        last, begun = 0.0, time.monotonic()
        counted, again, bolus = begun + SETTLE, begun + SETTLE, begun + chance.uniform(5.0, 30.0)
        while (now := time.monotonic()) < until:
            message = json.loads(await line.recv())
            now = time.monotonic()
            if message["is"] != "frame":
                continue
            if last and now > counted and message["running"]:
                seen["gaps"].append(now - last)
            last = now
            seen["frames"].append(now)
            if not message["running"]:
                last = 0.0
                if now > again and message["t"] > 0.0:  # the end of the course
                    again = now + 5.0
                    await say(do="rewind", to_min=0.0)
                    await say(do="go")
            elif now > bolus:
                bolus = now + 30.0
                await say(**BOLUS)


async def measure(url: str, process: int, given: argparse.Namespace) -> dict[str, object]:
    """All clients for so many seconds, and the memory of the server beside them."""
    until = time.monotonic() + given.seconds + SETTLE
    seen: list[dict[str, list[float]]] = [{"gaps": [], "frames": []} for _ in range(given.clients)]
    memory: list[tuple[float, float]] = []

    async def watch() -> None:
        begun = time.monotonic()
        while time.monotonic() < until:
            memory.append((round(time.monotonic() - begun, 1), round(resident(process), 1)))
            await asyncio.sleep(5.0)

    server = Path(f"/proc/{process}/stat").read_text().split()
    students = [client(url, given.speed, given.twin, until, each, i) for i, each in enumerate(seen)]
    await asyncio.gather(watch(), *students)
    ended = Path(f"/proc/{process}/stat").read_text().split()
    ticks = sum(int(ended[i]) - int(server[i]) for i in (13, 14)) / os.sysconf("SC_CLK_TCK")
    gaps = sorted(gap for each in seen for gap in each["gaps"])
    settled = [mb for second, mb in memory if second > SETTLE + 20.0] or [mb for _, mb in memory]
    return {
        "clients": given.clients, "seconds": given.seconds, "speed": given.speed, "twin": given.twin,
        "scenario": given.scenario,
        "frames": len(gaps), "frames_per_second_each": round(len(gaps) / given.clients / given.seconds, 2),
        "gap_ms": {"median": round(1e3 * gaps[len(gaps) // 2], 1), "p99": round(1e3 * gaps[int(0.99 * len(gaps))], 1),
                   "p99.9": round(1e3 * gaps[int(0.999 * len(gaps))], 1), "worst": round(1e3 * gaps[-1], 1)},
        "over_250_ms": sum(gap > LIMIT for gap in gaps),
        "memory_mib": {"first": settled[0], "last": settled[-1], "most": max(settled)},
        "memory_by_second": memory[:: max(1, len(memory) // 20)],
        "cpu_share_of_one_core": round(ticks / (given.seconds + SETTLE), 3),
        "machine": {"cores": os.cpu_count(), "load": os.getloadavg(), "python": platform.python_version()},
    }


def main() -> None:
    """Start a server, load it, print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--speed", type=float, default=3600.0)
    parser.add_argument("--twin", action="store_true")
    parser.add_argument("--scenario", default="hd-il2-standard", help="begun anew at its end")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    words = [sys.executable, "-m", "clsim", "bedside", given.scenario, "--no-open", "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            found = re.search(r"http://([\w.:]+)/", server.stdout.readline())
            assert found, "the server did not say where it is"
            result = asyncio.run(measure(f"ws://{found[1]}/ws", server.pid, given))
        finally:
            server.terminate()
    text = json.dumps(result, indent=1)
    print(text)
    if given.out:
        given.out.write_text(text + "\n", encoding="utf-8")
    sys.exit(1 if result["over_250_ms"] else 0)


if __name__ == "__main__":
    main()
