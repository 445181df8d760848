"""Policies: published rules as data files, decided from what a monitor and a laboratory show."""

from clsim.policy.policy import Policy as Policy
from clsim.policy.policy import load_policy as load_policy
from clsim.policy.policy import loads_policy as loads_policy
from clsim.policy.policy import policies as policies
