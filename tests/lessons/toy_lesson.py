"""A small lesson for tests: half a day, two prompts, answers of every kind."""

from __future__ import annotations

TOY = """\
[lesson]
title = "A <small> lesson"
summary = "For tests."
minutes = 5
level = "basic"
objectives = ["Nothing & more"]
prebrief = "Read this."

[stage]
scenario = "hd-il2-standard"
begin = "1 h"
end = "12 h"
reveal = ["leak"]

[stage.set]
fluid = [{ name = "bolus", omit = true }]

[[prompt]]
id = "early"
when = "MAP < 90.5 mmHg"
after = "1 h"
by = "4 h"
question = "What now?"
why_now = "Lower."

[[prompt.option]]
id = "watch"
label = "Watch"
verdict = "good"
said = "Yes."
cite = "Dutcher2014, Figure 1; model"

[[prompt.option]]
id = "both"
label = "Bolus and drip"
orders = [
  { do = "fluid", name = "saline_0.9", volume_mL = 500, over_min = 30 },
  { do = "drip", name = "phenylephrine", rate = 50 },
]
verdict = "poor"
said = "No."
cite = "model"

[[prompt.option]]
id = "stop"
label = "No more doses"
orders = [{ do = "dose", order = "stop" }]
verdict = "poor"
said = "No."
cite = "assumed: a test"

[[prompt]]
id = "late"
at = "7.75 h"
question = "And the second dose?"
why_now = "It is due."
unless = { early = "stop" }

[[prompt.option]]
id = "give"
label = "Give"
verdict = "good"
said = "Yes."
cite = "model"

[[prompt.option]]
id = "hold"
label = "Hold it, and turn the drip off"
orders = [{ do = "dose", order = "hold" }, { do = "drip", name = "phenylephrine", rate = 0 }]
said = "It depends."
cite = "model"

[[prompt.option]]
id = "diuretic"
label = "Furosemide"
orders = [{ do = "drug", name = "furosemide", amount = 20 }]
verdict = "poor"
said = "No."
cite = "model"

[[question]]
ask = "What was that?"
answer = "A test."
cite = "model"
shows = ["MAP", "leak"]

[[claim]]
says = "Pressure falls"
signal = "MAP"
at = "early"
than_at = "0 h"
by = "-1 mmHg"

[sources]
Dutcher2014 = "a paper"
"""


def changed(*pairs):
    """The text with other pieces, each of which must be there."""
    text = TOY
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def line_of(text, piece):
    """The line, from 1, on which a piece first stands."""
    return text[: text.index(piece)].count("\n") + 1
