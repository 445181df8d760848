"""Compile all that cohorts need and keep it: ``python -m clsim.crowd``."""

from clsim.crowd.plan import warm

if __name__ == "__main__":
    warm()
