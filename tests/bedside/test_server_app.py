"""The server as a browser and as an enemy meet it."""

from __future__ import annotations

import json
import time
import warnings

import pytest

pytest.importorskip("starlette")

with warnings.catch_warnings():  # it may ask for another client than the one that is there
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

from starlette.websockets import WebSocketDisconnect

from clsim.bedside import house as houses
from clsim.bedside.answers import ANSWERS
from clsim.bedside.app import REFUSED, make_app
from clsim.bedside.house import House, finite, text
from clsim.bedside.serve import bound, is_loopback
from clsim.bedside.session import Session
from clsim.bedside.side import case
from clsim.errors import BadInput

HERE = "http://127.0.0.1:8765"


@pytest.fixture(scope="module")
def first():
    made = case("hd-il2-standard", "cwg-2014", 1)
    assert made.admission
    return made


@pytest.fixture
def house(first):
    return House(first)


@pytest.fixture
def client(house):
    with TestClient(make_app(house), base_url=HERE) as client:
        yield client


def line(client, path="/ws", **headers):
    """A line as a page of the server itself would open it."""
    return client.websocket_connect(path, headers={"host": "127.0.0.1:8765"} | headers)


def until(socket, kind, most=400):
    """The next message of a kind; all that come are held to their messages."""
    for _ in range(most):
        message = json.loads(socket.receive_text())
        ANSWERS.validate_json(json.dumps(message))
        if message["is"] == kind:
            return message
    raise AssertionError(f"no {kind}")


def test_the_page_and_its_files_are_served_safely(client):
    page = client.get("/")
    assert page.status_code == 200 and "<script" in page.text
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'self'; connect-src 'self'; frame-ancestors 'none'")
    assert page.headers["x-content-type-options"] == "nosniff" and page.headers["referrer-policy"] == "no-referrer"
    script = client.get("/page/main.js")
    assert script.status_code == 200 and script.headers["content-type"].startswith("text/javascript")
    for path in ("/page/../app.py", "/page/%2e%2e/app.py", "/page/..%2fapp.py", "/etc/passwd", "/page/", "/docs",
                 "/lessons/../sheet", "/lessons/nothing/sheet", "/lessons/..%2f..%2fetc/sheet", "/page//etc/passwd"):
        assert client.get(path).status_code == 404, path
    assert client.post("/").status_code == 405


def test_the_sheet_of_a_lesson_is_printed(client):
    sheet = client.get("/lessons/first-dose/sheet")
    assert sheet.status_code == 200 and "<html" in sheet.text
    assert "script-src" not in sheet.headers["content-security-policy"]
    assert sheet.headers["content-security-policy"].startswith("default-src 'none'")


def test_only_this_machine_is_answered(house):
    with TestClient(make_app(house), base_url="http://evil.example") as client:
        assert client.get("/").status_code == 403
        with pytest.raises(WebSocketDisconnect), line(client, host="evil.example"):
            pass
    assert not house.guests


def test_a_server_for_others_is_called_by_any_name_and_wants_a_token(house):
    with pytest.raises(ValueError, match="without a token"):
        make_app(house, hosts=None)
    with TestClient(make_app(house, token="secret", hosts=None), base_url="http://ward-7.example") as client:
        assert client.get("/").status_code == 200
        with line(client, host="ward-7.example") as socket, pytest.raises(WebSocketDisconnect):
            socket.receive_text()
        with line(client, "/ws?token=secret", host="ward-7.example") as socket:
            until(socket, "scene")


def test_pages_of_other_sites_are_refused(client, house):
    with pytest.raises(WebSocketDisconnect), line(client, origin="http://evil.example"):
        pass
    with line(client, origin=HERE) as socket:
        until(socket, "scene")
    assert len(house.guests) == 1


def test_a_token_is_asked_for(house):
    with TestClient(make_app(house, token="secret"), base_url=HERE) as client:
        for wrong in ("/ws", "/ws?token=", "/ws?token=secreT", "/ws?token=s%C3%A9cret"):
            with line(client, wrong) as socket, pytest.raises(WebSocketDisconnect) as closed:
                socket.receive_text()  # not even a greeting
            assert (closed.value.code, closed.value.reason) == (REFUSED, "wrong token")
        assert not house.guests
        with line(client, "/ws?token=secret") as socket:
            until(socket, "frame")
        assert client.get("/lessons/first-dose/sheet").status_code == 403
        assert client.get("/lessons/first-dose/sheet?token=secret").status_code == 200


def test_a_line_greets_shows_and_goes(client):
    with line(client) as socket:
        hello = until(socket, "hello")
        assert hello["disclaimer"] and {"cwg-2014", "by-hand"} <= {each["name"] for each in hello["policies"]}
        assert {each["group"] for each in hello["signals"]} == {"vital", "ward", "hidden", "lab"}
        scene = until(socket, "scene")
        assert until(socket, "frame")["t"] == 0.0 and scene["policies"] == ["cwg-2014"]
        for each in ({"do": "pause_on_alarm", "on": False}, {"do": "speed", "times": 3600}, {"do": "go"}):
            socket.send_text(json.dumps(each))
        while until(socket, "frame")["t"] < 20.0:
            pass
        socket.send_text(json.dumps({"do": "fluid", "name": "saline_0.9", "volume_mL": 500, "over_min": 30}))
        assert until(socket, "log")["said"]
        socket.send_text(json.dumps({"do": "step", "to_min": 480}))
        while until(socket, "frame")["t"] < 480.0:
            pass


def test_what_is_wrong_is_answered_and_changes_nothing(client):
    with line(client) as socket:
        before = until(socket, "frame")
        for wrong in ("{", "[]", '{"do":"go","extra":1}', '{"do":"open","scenario":"../x"}', "x" * 300_000,
                      '{"do":"speed","times":1e9}', '{"do":"load","toml":"' + "a" * 260_000 + '"}'):
            socket.send_text(wrong)
            assert until(socket, "error")["said"]
        socket.send_bytes(b"\xff\xfe\x00")
        assert until(socket, "error")["said"]
        assert until(socket, "frame")["beds"] == before["beds"]


def test_too_many_messages_are_not_heard(client):
    with line(client) as socket:
        until(socket, "frame")
        for _ in range(houses.PER_SECOND + 20):
            socket.send_text('{"do":"pause"}')
        assert "too many messages" in until(socket, "error")["said"]
        time.sleep(1.1)
        socket.send_text('{"do":"save"}')
        assert until(socket, "saved")["toml"]


def test_a_lost_page_comes_back_to_its_patient(client, house):
    with line(client) as socket:
        name = until(socket, "scene")["session"]
        until(socket, "frame")
        socket.send_text('{"do":"step","to_min":500}')
        while until(socket, "frame")["t"] < 500.0:
            pass
    with line(client, f"/ws?session={name}") as socket:
        scene = until(socket, "scene")
        assert scene["session"] == name and scene["t"] == 500.0
        trend = until(socket, "trend")
        assert trend["reset"] and len(trend["t"]) == 101
        assert until(socket, "flow")["rows"][0]["hour"] == 1 and until(socket, "log")["t"] == 0.0
    with line(client, "/ws?session=unknown") as socket:
        assert until(socket, "scene")["session"] not in ("unknown", name)
    assert len(house.guests) == 2


def test_the_newer_page_takes_a_session_over(client, house):
    with line(client) as old:
        name = until(old, "scene")["session"]
        until(old, "frame")
        with line(client, f"/ws?session={name}") as new:
            assert until(new, "frame")["t"] == 0.0
            with pytest.raises(WebSocketDisconnect):
                until(old, "never")
            new.send_text('{"do":"step","to_min":10}')
            while until(new, "frame")["t"] < 10.0:
                pass
    assert [*house.guests] == [name]


def test_sessions_end_and_are_freed(first):
    now = [0.0]
    house = House(first, grace=100.0, clock=lambda: now[0])
    with TestClient(make_app(house), base_url=HERE) as client:
        for _ in range(3):
            with line(client) as socket:
                until(socket, "frame")
        assert len(house.guests) == 3
        now[0] = 99.0
        house.sweep()
        assert len(house.guests) == 3
        now[0] = 201.0
        with line(client) as socket:
            until(socket, "frame")
            assert len(house.guests) == 1  # who is there stays
            now[0] = 1e6
            house.sweep()
            assert len(house.guests) == 1


def test_only_so_many_sessions(client, monkeypatch):
    monkeypatch.setattr(houses, "MOST_SESSIONS", 2)
    with line(client) as one, line(client) as two:
        until(one, "frame")
        until(two, "frame")
        with line(client) as three:
            assert "is full" in until(three, "error")["said"]
            with pytest.raises(WebSocketDisconnect):
                until(three, "frame")


def test_a_crash_of_one_session_leaves_the_others(client, house, monkeypatch, caplog):
    with line(client) as one, line(client) as two:
        doomed = until(one, "scene")["session"]
        until(two, "frame")
        whole = Session.tick

        def tick(session, seconds):
            if session.name == doomed:
                raise ZeroDivisionError
            whole(session, seconds)

        monkeypatch.setattr(Session, "tick", tick)
        assert "has failed" in until(one, "error")["said"]
        with pytest.raises(WebSocketDisconnect):
            until(one, "frame")
        two.send_text('{"do":"step","to_min":30}')
        while until(two, "frame")["t"] < 30.0:
            pass
    assert doomed not in house.guests and len(house.guests) == 1
    assert "ZeroDivisionError" in caplog.text


def test_every_session_has_a_patient_of_its_own(client):
    with line(client) as one, line(client) as two:
        until(one, "frame")
        until(two, "frame")
        one.send_text('{"do":"open","scenario":"hd-il2-standard","policy":"early-pressor","patient":17,"everyone":true}')
        assert until(one, "scene")["patient"]["number"] == 17
        two.send_text('{"do":"save"}')
        assert "cwg-2014" in until(two, "saved")["toml"]


def test_what_json_does_not_know_is_null():
    assert text({"a": [1.0, float("nan")], "b": {"c": float("inf")}}) == '{"a":[1.0,null],"b":{"c":null}}'
    assert finite((1, float("-inf"))) == [1, None]


def test_who_may_listen_where():
    assert all(map(is_loopback, ("127.0.0.1", "localhost", "::1", "127.9.9.9")))
    assert not any(map(is_loopback, ("0.0.0.0", "192.168.1.5", "::", "example.org", "127.0.0.1.example.org")))
    taken = bound("127.0.0.1", 0)
    taken.listen()
    with pytest.raises(BadInput, match="cannot be listened at"):
        bound("127.0.0.1", taken.getsockname()[1])
    taken.close()
    with pytest.raises(BadInput, match="cannot be listened at"):
        bound("no.such.host.invalid", 80)
