"""Expected trends: what a clinician expects, as a table of sentences that is executed.

    from clsim.validation.trends import find_trends, load_table
    for found in find_trends(load_table()):
        print(found.trend.says, found.values, found.verdict)

Directions with a stated least size, not fitted numbers; the rows are the files of ``scenarios/trends``.
"""

from clsim.validation.trends.found import Found, find_trends
from clsim.validation.trends.table import Table, Trend, load_table

__all__ = ["Found", "Table", "Trend", "find_trends", "load_table"]
