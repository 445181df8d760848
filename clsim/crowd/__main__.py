"""Compile a part of what cohorts need and keep it: ``python -m clsim.crowd people``, or ``course``."""

import sys

from clsim.crowd.warming import PARTS

if __name__ == "__main__":
    PARTS[sys.argv[1]]()
