"""The shape of a cohort file: which tables and keys there are, and what each is for.

Units, bounds, names and what belongs to which distribution are checked in
`clsim.cohort.varied`, `clsim.cohort.criteria` and `clsim.cohort.cohort`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from clsim.scenario.schema import About, Quantity, validated
from clsim.scenario.toml_text import Document

Source = Annotated[str, Field(min_length=3, description='a citation, or "assumed: reason"')]
Method = Literal["sobol", "latin-hypercube", "random"]
Kind = Literal["normal", "lognormal", "uniform", "triangular", "beta", "bernoulli", "categorical"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Sampling(_Strict):
    """How evenly the patients are spread."""

    method: Method = Field("sobol", description="sobol and latin-hypercube spread more evenly than random")


class Depends(_Strict):
    """How a draw shifts with what was drawn above it."""

    on: str = Field(description="a name above this one")
    from_: Quantity = Field(None, alias="from", description="where nothing is changed")
    power: float | None = Field(None, description="times (on / from) to this power")
    per: Quantity = Field(None, description="factor or add counts for each of these")
    is_: str | None = Field(None, alias="is", description="factor or add counts for this category")
    factor: float | None = Field(None, description="times this", gt=0.0)
    add: Quantity = Field(None, description="and this more")


class Vary(_Strict):
    """A parameter of the model, or another covariate, that differs between patients."""

    distribution: Kind = Field(description="its kind, which says what else is needed")
    source: Source
    label: str = Field("", description="for covariates that are no parameter: a phrase for people", min_length=1)
    unit: str = Field("", description="for covariates that are no parameter; default: a plain number")
    relative: bool = Field(False, description="a factor on the reference adult, scaled to the patient's size")
    entry: str = Field("", description="relative draws of a parameter with several entries: this one only")
    mean: Quantity = Field(None, description="normal, beta")
    sd: Quantity = Field(None, description="normal, beta")
    median: Quantity = Field(None, description="lognormal")
    cv: float | None = Field(None, description="lognormal: sd over mean", gt=0.0, le=3.0)
    mode: Quantity = Field(None, description="triangular")
    low: Quantity = Field(None, description="lowest; nobody is drawn below")
    high: Quantity = Field(None, description="highest; nobody is drawn above")
    share: float | None = Field(None, description="bernoulli: of those who have it", ge=0.0, le=1.0)
    shares: dict[str, float] | None = Field(None, description="categorical: {category = share}")
    frailty: float | None = Field(None, description="correlation with the latent frailty", gt=-1.0, lt=1.0)
    depends: list[Depends] = Field([], description="how the draw shifts with what stands above")


class Correlation(_Strict):
    """Correlation of the normal scores of two names."""

    between: Annotated[list[str], Field(min_length=2, max_length=2, description="the two names")]
    r: float = Field(gt=-1.0, lt=1.0, description="from -1 to 1, both ends left out")
    source: Source


class Criterion(_Strict):
    """What a patient must fulfil."""

    criterion: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", description="a name for tables")]
    label: str = Field(description="in words", min_length=3)
    rule: str = Field("", description='such as "creatinine_rest <= 1.5 mg/dL"')
    any: list[str] = Field([], description="rules of which one is enough")
    source: Source


class CohortFile(_Strict):
    """How patients vary, who is eligible, and who could not exist."""

    about: About = About()
    sampling: Sampling = Sampling()
    vary: dict[str, Vary]
    correlation: list[Correlation] = []
    eligibility: list[Criterion] = []
    plausibility: list[Criterion] = []


def check(document: Document) -> CohortFile:
    """The validated file; raises `BadInput` for the first key that does not belong."""
    return validated(CohortFile, document)
