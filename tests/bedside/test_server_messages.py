"""What is no message is refused, whatever it is, and nothing is changed by it."""

from __future__ import annotations

import hashlib
import json
import random

import pytest

from clsim.bedside.house import heard
from clsim.bedside.messages import INCOMING, LARGE, SMALL, read
from clsim.bedside.session import Session
from clsim.bedside.side import case
from clsim.errors import BadInput

GOOD = [
    {"do": "open", "scenario": "hd-il2-standard", "policy": None, "patient": 3, "seed": 1},
    {"do": "twin", "policies": ["cwg-2014", None], "from_start": True}, {"do": "single"}, {"do": "go"}, {"do": "pause"},
    {"do": "speed", "times": 3600}, {"do": "step", "to": "dose"}, {"do": "step", "to_min": 60.0},
    {"do": "rewind", "to_min": 1.5}, {"do": "branch", "id": 1},
    {"do": "fluid", "name": "saline_0.9", "volume_mL": 500, "over_min": 30, "bed": 0},
    {"do": "drip", "name": "phenylephrine", "rate": 50, "bed": 0}, {"do": "drug", "name": "furosemide", "amount": 20},
    {"do": "oxygen", "rate": 4}, {"do": "dose", "order": "hold"},
    {"do": "limit", "signal": "MAP", "low": 60, "high": None}, {"do": "silence", "minutes": 2}, {"do": "acknowledge"},
    {"do": "pause_on_alarm", "on": True}, {"do": "why", "at_min": None, "bed": 0}, {"do": "reveal", "on": True},
    {"do": "typical", "n": 1000}, {"do": "stop_typical"}, {"do": "save"}, {"do": "load", "toml": "x = 1"},
    {"do": "debrief"}, {"do": "lesson", "name": "first-dose"}, {"do": "answer", "prompt": "p", "option": 0},
    {"do": "demo"}, {"do": "take_over"},
]
BAD = [
    "", " ", "null", "7", "[]", '"go"', "{}", '{"do": "fly"}', '{"do": 1}', '{"do": "go"', '{"do": "go"} x',
    '{"do": "go", "do2": 1}', '{"do": "speed", "times": 0.5}', '{"do": "speed", "times": 3601}',
    '{"do": "speed", "times": "60"}', '{"do": "speed", "times": true}', '{"do": "speed", "times": NaN}',
    '{"do": "speed", "times": Infinity}', '{"do": "speed", "times": 1e999}', '{"do": "step"}',
    '{"do": "step", "to": "dose", "to_min": 5}', '{"do": "step", "to": "moon"}',
    '{"do": "rewind", "to_min": -1}', '{"do": "open", "scenario": "/etc/passwd"}',
    '{"do": "open", "scenario": "..\\\\..\\\\x"}', '{"do": "open", "scenario": "a/b"}',
    '{"do": "open", "scenario": ""}',
    '{"do": "open", "scenario": "hd-il2-standard", "seed": 9007199254740993}',
    '{"do": "open", "scenario": "hd-il2-standard", "patient": 1.5}', '{"do": "twin", "policies": ["a"]}',
    '{"do": "fluid", "name": "saline_0.9", "volume_mL": -5, "over_min": 30}',
    '{"do": "fluid", "name": "saline_0.9", "volume_mL": 500, "over_min": 30, "bed": 2}',
    '{"do": "load", "toml": 5}', '{"do": "typical", "n": 100000000}', '{"do": "answer", "prompt": "p", "option": -1}',
    "[" * 5_000, '{"do": "why", "at_min": {"a": ' * 200, '{"do": "go", "x": "' + "y" * SMALL + '"}',
    '{"do": "load", "toml": "' + "y" * LARGE + '"}', "\ud800", '{"do": "\\u0000"}',
]  # fmt: skip


@pytest.mark.parametrize("said", GOOD, ids=lambda said: said["do"])
def test_good_messages_are_read(said):
    found = read(json.dumps(said))
    assert found.do == said["do"] and all(getattr(found, key) == value for key, value in said.items())


def test_every_kind_of_message_is_handled():
    kinds = {said["do"] for said in GOOD}
    schema = json.dumps(INCOMING.json_schema())
    assert all(f'"{kind}"' in schema for kind in kinds)
    session = Session("test", case("hd-il2-standard", "cwg-2014", 1))
    assert set(session._handlers()) == kinds == set(INCOMING.json_schema()["discriminator"]["mapping"])


@pytest.mark.parametrize("said", BAD, ids=lambda said: said[:30])
def test_bad_messages_are_refused(said):
    with pytest.raises(BadInput):
        read(said)


# ------------------------------------------------------------------------------------- at random

WORDS = ["go", "open", "cwg-2014", "../../etc/passwd", "/dev/zero", "saline_0.9", "MAP", "", "\x00", "é" * 40, "🩸",
         "hd-il2-standard.toml", "file:///etc/passwd", "__class__", "%00", "a" * 65, "-1", "NaN", "' or 1=1 --",
         "<script>alert(1)</script>", "${jndi:ldap://x}", "CON", "\u202e", "\ud800"]  # fmt: skip
NUMBERS = [-1, 2**63, -(2**63), 2**200, 1e308, -1e308, 5e-324, -0.5, 1e5 + 1, float("nan"), float("inf"), -float("inf")]
TOML = ['kind = "clsim bedside session"', "[[bed]]", "minute = 1e400", "seed = 1", 'scenario = "hd-il2-standard"',
        "orders = [{at_min = 1.0, do = 'go'}]", "x = " + "[" * 60, '"a" = {', "\x01", "= 5", "policies = 7",
        'scenario_text = "extends = \\"/etc/passwd\\""', "a.b.c.d = 1", "[a]\n[a]"]  # fmt: skip


def thing(chance, depth=0):
    """Any JSON value."""
    kind = chance.randrange(9 if depth < 3 else 6)
    if kind == 0:
        return chance.choice(WORDS)
    if kind == 1:
        return chance.choice(NUMBERS)
    if kind == 2:
        return chance.uniform(-1e6, 1e6)
    if kind == 3:
        return chance.randrange(-10, 10_000)
    if kind == 4:
        return chance.choice([None, True, False])
    if kind == 5:
        return "".join(chr(chance.randrange(1, 0x2000)) for _ in range(chance.randrange(20)))
    if kind == 6:
        return [thing(chance, depth + 1) for _ in range(chance.randrange(4))]
    return {chance.choice(WORDS): thing(chance, depth + 1) for _ in range(chance.randrange(4))}


def hostile(chance):
    """A message that cannot be meant."""
    kind = chance.randrange(7)
    if kind == 0:
        return bytes(chance.randrange(256) for _ in range(chance.randrange(1, 200)))
    if kind == 1:
        return json.dumps(thing(chance))
    said = dict(chance.choice(GOOD))
    if kind == 2:
        said[chance.choice([word for word in WORDS if word not in said])] = thing(chance)  # a key too many
    elif kind == 3:
        said[chance.choice([*said])] = chance.choice(NUMBERS)  # no number of these is within bounds
        said["do"] = thing(chance) if not isinstance(said["do"], str) else said["do"]
        said["more"] = 1
    elif kind == 4:
        text = json.dumps(said)
        cut = chance.randrange(1, len(text))
        return text[:cut] + chance.choice(["", "}", "\x00", '"', "]", "{", text]) + chance.choice(["", text[:cut]])
    elif kind == 5:
        return json.dumps({"do": "load", "toml": "\n".join(chance.choices(TOML, k=chance.randrange(1, 6)))})
    else:
        said["do"] = chance.choice(["go ", "GO", "eval", "__init__", "do_go", "begin", "tick", "out", ""])
    return json.dumps(said)


def fingerprint(session):
    """Everything that a message could have changed."""
    parts = [session.t, session.running, session.goal, session.until_alarm, session.speed, session.reveal,
             session.pause_on_alarm, session.silent_for, session.limits, session.branches, session.noted,
             id(session.job), session.demo, session.learning, session.name]
    parts += [(side.actions, side.policy, side.told, side.sampled, side.hour, side.alarms.ringing, side.bed.tick,
               side.bed.forks, side.bed.desk.time[0]) for side in session.sides]
    state = b"".join(side.bed.desk.state.tobytes() for side in session.sides)
    return repr(parts), hashlib.blake2b(state).hexdigest()


def fuzzed(count, seed):
    """Send so many; tell how many were refused, and how many were good after all."""
    session = Session("test", case("hd-il2-standard", "cwg-2014", 1))
    session.advance(100.0, alarms_stop=False)
    session.out.clear()
    chance, refused, good = random.Random(seed), 0, 0
    before = fingerprint(session)
    for _ in range(count):
        said = hostile(chance)
        heard(session, said)
        kinds = [each["is"] for each in session.out]
        assert all(isinstance(each.get("said", ""), str) for each in session.out)
        if kinds == ["error"]:
            refused += 1
            assert fingerprint(session) == before, said
        else:
            good += 1
            before = fingerprint(session)
        session.out.clear()
    session.stop_typical()
    session.tick(0.05)
    assert session.out[-1]["is"] == "frame"
    return refused, good


def test_hostile_messages_change_nothing():
    refused, good = fuzzed(3_000, 1)
    assert refused > 2_900 and refused + good == 3_000


@pytest.mark.slow
def test_a_hundred_thousand_hostile_messages():
    refused, good = fuzzed(100_000, 2)
    assert refused > 99_000 and refused + good == 100_000
