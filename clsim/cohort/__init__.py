"""Virtual cohorts: who is drawn, who is eligible, and everybody's body at rest."""

from clsim.cohort.cohort import Cohort as Cohort
from clsim.cohort.cohort import cohorts as cohorts
from clsim.cohort.cohort import load_cohort as load_cohort
from clsim.cohort.cohort import loads_cohort as loads_cohort
from clsim.cohort.people import People as People
from clsim.cohort.people import Status as Status
from clsim.cohort.people import draw_people as draw_people
