"""One scenario for patients of any size."""

from __future__ import annotations

import numpy as np
import pytest

from clsim.engine.timeline import make_timeline
from clsim.errors import BadInput
from clsim.model.layout import INPUTS, columns, spread
from clsim.scenario.by_size import by_size, measures, sized_timeline
from clsim.scenario.scenario import load, loads

MIXED = """
[patient]
weight = "70 kg"
[course]
dose = "18 MIU/m2"
over = "15 min"
every = "8 h"
doses = 2
[[fluid]]
give = "saline_0.9"
volume = "10 mL/kg"
over = "20 min"
at = "3 h"
[[fluid]]
give = "saline_0.9"
rate = "100 mL/h"
from = "0 h"
[[drug]]
give = "norepinephrine"
rate = "0.1 mcg/kg/min"
from = "5 h"
[[ward]]
eating = 0
from = "2 h"
"""


@pytest.mark.parametrize(("weight", "height"), [(52.0, 1.55), (70.0, 1.75), (121.5, 1.98)])
@pytest.mark.parametrize("scenario", [load("hd-il2-standard"), load("consensus-2014-week"), loads(MIXED)],
                         ids=lambda each: each.name)
def test_a_body_of_any_size_gets_what_a_scenario_written_for_it_gives(scenario, weight, height):
    line, inputs = sized_timeline(scenario, [0.0, 1440.0])
    mine = scenario.but(patient={"weight": f"{weight} kg", "height": f"{height} m"})
    other = make_timeline(mine.events, columns(INPUTS), spread(INPUTS, "default"), [0.0, 1440.0])
    assert np.array_equal(line.edges, other.edges)
    given = inputs @ measures(weight, height)[0]
    assert given == pytest.approx(other.inputs, rel=1e-12)


def test_each_rate_is_told_apart_by_how_it_grows():
    kinds = {(event.input, event.start): measure for event, measure in by_size(loads(MIXED))}
    assert kinds["interleukin2_in", 0.0] == 2
    assert kinds["water_in", 180.0] == 1 and kinds["water_in", 0.0] == 0
    assert kinds["norepinephrine", 300.0] == 1 and kinds["eating", 120.0] == 0


def test_a_duration_that_depends_on_size_is_refused():
    text = MIXED.replace('over = "20 min"\nat = "3 h"', 'rate = "500 mL/h"\nat = "3 h"')
    with pytest.raises(BadInput, match="how long it lasts depends on the size of the patient"):
        by_size(loads(text))
