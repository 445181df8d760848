"""The shape of a lesson file and of a demonstration: which tables and keys there are, and what each is for.

Names, units and times are checked in `clsim.lessons.lesson`, where the model is known.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from clsim.bedside.messages import GiveDrug, GiveFluid, OrderDose, Said, SetDrip, SetOxygen
from clsim.scenario.schema import Quantity

Words = Annotated[str, Field(min_length=1)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
Verdict = Literal["good", "acceptable", "poor"]
Show = Literal["alarms", "flow", "hidden", "trends", "twin", "debrief", "typical", "command"]
ByHand = Annotated[GiveFluid | SetDrip | GiveDrug | SetOxygen | OrderDose, Field(discriminator="do")]
FEWEST_OPTIONS, MOST_OPTIONS, MOST_PROMPTS = 2, 4, 5


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class About(_Strict):
    """What the lesson is for."""

    title: Words = Field(description="one line")
    summary: Words = Field(description="what it is about, in a sentence or two")
    minutes: int = Field(description="how long it takes with its debrief", ge=5, le=120)
    level: Literal["basic", "intermediate", "advanced"] = Field(description="for whom")
    objectives: list[Words] = Field(description="what a learner can do afterwards", min_length=1, max_length=6)
    prebrief: Words = Field(description="what is told before it begins")


class Stage(_Strict):
    """Who lies in the bed, and which part of his course is played."""

    scenario: Words = Field(description="a shipped scenario, or a file beside the lesson")
    set: dict[str, Any] = Field({}, description="tables of the scenario with other values")
    policy: str = Field("", description="who decides beside the learner; default: nobody")
    patient: int | None = Field(None, description="number in the cohort (with a policy)", ge=0)
    seed: int = Field(0, description="of what is drawn", ge=0)
    begin: Quantity = Field("0 h", description="what comes before is computed, not watched")
    end: Quantity = Field(description="the debrief begins")
    reveal: list[Words] = Field([], description="hidden signals that the debrief shows")


class OptionFile(_Strict):
    """One answer, and what it orders."""

    id: Id = Field(description="short name, for the paths of claims")
    label: Words = Field(description="what the learner reads")
    orders: list[ByHand] = Field([], description="what is done, as a page would say it; none: wait")
    verdict: Verdict | None = Field(None, description="how it is judged; none: it is not")
    said: Words = Field(description="feedback; no number that the model computes")
    cite: Words = Field(description='keys of sources, or "model", or "assumed: reason"')


class PromptFile(_Strict):
    """A decision: at a time, or as soon as something is so."""

    id: Id
    at: Quantity = Field(None, description="when it is asked")
    when: str = Field("", description='in place of at: asked as soon as it is so, such as "MAP < 65 mmHg"')
    after: Quantity = Field(None, description="with when: not before")
    by: Quantity = Field(None, description="with when: asked then at the latest, so or not")
    unless: dict[Id, Id] = Field({}, description="not asked if an earlier prompt was answered so: {prompt = option}")
    question: Words
    why_now: Words = Field(description="what the learner should have noticed")
    option: list[OptionFile] = Field(min_length=FEWEST_OPTIONS, max_length=MOST_OPTIONS)


class QuestionFile(_Strict):
    """A question of the debrief with its answer for the instructor."""

    ask: Words
    answer: Words
    cite: Words
    shows: list[Words] = Field([], description="signals to look at with it")


class ClaimFile(_Strict):
    """Something that the texts say of the run: it is computed, and must be so."""

    says: Words = Field(description="the claim in words, without numbers: they are printed beside it")
    signal: Words = Field(description="variable of a result")
    aspect: Literal["at", "lowest", "highest", "mean", "change"] = Field(
        "at", description="of the signal: its value at a time, or over the stretch from one time to another")
    at: str = Field("", description='a time, such as "4 h" or "rescue + 1 h", an hour after a prompt')
    since: str = Field("", description="start of the stretch, for every aspect but at")
    path: dict[str, str] = Field({}, description="prompt = option; of others the first good one is taken")
    than: dict[str, str] | None = Field(None, description="compared with this path; default: the same")
    than_at: str = Field("", description="and with this time; default: the same")
    than_since: str = Field("", description="and with the stretch from here; default: the same, or none")
    level: Quantity = Field(None, description="or with this value of the signal")
    over: dict[str, str] | None = Field(None, description="both are taken as differences from this path")
    by: Quantity = Field(None, description="it is more by that at least; negative: less by that at least")
    within: Quantity = Field(None, description="in place of a direction: the difference is not more than that")


class LessonFile(_Strict):
    """A lesson."""

    lesson: About
    stage: Stage
    prompt: list[PromptFile] = Field(min_length=1, max_length=MOST_PROMPTS)
    question: list[QuestionFile] = Field(min_length=1)
    claim: list[ClaimFile] = Field(min_length=1)
    sources: dict[str, Words] = Field(description="key = what it is, as a reader would look it up")


class Play(_Strict):
    """Whom the demonstration shows."""

    title: Words
    scenario: Words = Field(description="a shipped scenario")
    policy: Words = Field(description="a shipped policy")
    patient: int | None = Field(None, description="number in the cohort; default: the scenario's own patient", ge=0)
    seed: int = Field(1, description="of what is drawn", ge=0)


class StepFile(_Strict):
    """A step: what is said, done and shown, and how far the clock goes meanwhile."""

    said: Words = Field(description="what the page says under the monitor")
    seconds: float = Field(description="how long the step lasts on the wall", gt=0.0, le=60.0)
    do: list[Said] = Field([], description="messages, as a page would send them, at the beginning of the step")
    to: Quantity = Field(None, description="model time at its end, reached at an even speed; default: the clock stands")
    show: Show | None = Field(None, description="what the page brings to the front")


class DemoFile(_Strict):
    """A demonstration that plays itself."""

    demo: Play
    step: list[StepFile] = Field(min_length=1)
