"""``python -m clsim.validation [PAGE]``: print the table, or write it into a page."""

from __future__ import annotations

import sys
from pathlib import Path

from clsim.validation import physiology, report

rows = physiology(course=True)
if len(sys.argv) > 1:
    report.rewrite(Path(sys.argv[1]), rows)
else:
    print(report.table(rows))
