"""Compile a part of what cohorts need and keep it: ``python -m clsim.crowd people``, or ``course``."""

import gc
import sys

from clsim.crowd.warming import PARTS

if __name__ == "__main__":
    gc.disable()  # a process as short as this one need not look for what it could give back
    PARTS[sys.argv[1]]()
