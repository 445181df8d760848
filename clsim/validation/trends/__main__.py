"""``python -m clsim.validation.trends [PAGE]``: print the table, or write the page."""

from __future__ import annotations

import sys
from pathlib import Path

from clsim.validation.trends import find_trends, load_table, report

found = find_trends(load_table())
if len(sys.argv) > 1:
    report.rewrite(Path(sys.argv[1]), found)
else:
    print(report.table(found))
