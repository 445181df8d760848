"""Validation: classical experiments on the healthy body, all with one parameter set.

    from clsim.validation import physiology
    for row in physiology():
        print(row.id, row.quantity, row.published, row.value, row.grade)

One parameter set holds for all rows.  How the bands and grades were set stands in
`clsim.validation.rows`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from clsim.patient import Value
from clsim.validation import circulation, fluids, interleukin2, kidney, lung, untouched, untouched_second, vasopressors
from clsim.validation.bench import Bench
from clsim.validation.report import markdown, table
from clsim.validation.rows import Row, counts

__all__ = ["EXPERIMENTS", "Bench", "Row", "counts", "markdown", "physiology", "table"]

EXPERIMENTS = (  # what `benchmarks/hold_out.py` may run
    *fluids.EXPERIMENTS,
    *circulation.EXPERIMENTS,
    *vasopressors.EXPERIMENTS,
    *kidney.EXPERIMENTS,
    *lung.EXPERIMENTS,
    *interleukin2.EXPERIMENTS,
)


def order(row: Row) -> tuple[int, str]:
    """Rows by number, then by letter."""
    digits = "".join(character for character in row.id if character.isdigit())
    return int(digits), row.id


def physiology(
    progress: Callable[[int, int], None] | None = None,
    values: Mapping[str, Value] | None = None,
    course: bool = False,
) -> list[Row]:
    """Run every experiment, those that nobody tuned to (24 to 37) included.

    Parameters
    ----------
    progress : callable (done, total) -> None
        Told after each experiment.
    values : mapping of parameter name to value
        Parameters to try in place of the declared ones, for every experiment.
    course : bool
        Also rows 9, 10 and 23: what interleukin-2 does, by constants that were set by hand
        with these data in view.

    Returns
    -------
    list of Row
        By number.
    """
    bench = Bench(values)
    later = interleukin2.COURSE_EXPERIMENTS if course else ()
    experiments = (*EXPERIMENTS, *untouched.EXPERIMENTS, *untouched_second.EXPERIMENTS, *later)
    rows: list[Row] = []
    for done, experiment in enumerate(experiments, 1):
        rows.extend(experiment(bench))
        if progress is not None:
            progress(done, len(experiments))
    return sorted(rows, key=order)
