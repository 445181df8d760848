"""``python -m clsim``."""

from clsim.cli import main

main()
