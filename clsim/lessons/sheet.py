"""The instructor's sheet of a lesson, to be printed on A4."""

from __future__ import annotations

from html import escape

from clsim.lessons.claims import Found, look_at
from clsim.lessons.course import Courses
from clsim.lessons.lesson import SIGNALS
from clsim.lessons.page import cite, document, items, paragraphs, section, table
from clsim.lessons.parts import Lesson, Option, Prompt, Question
from clsim.managed.trace import clock

STANDARD = ("INACSL2021: INACSL Standards Committee. Healthcare Simulation Standards of Best Practice: Simulation "
            "Design. Clinical Simulation in Nursing 2021; 58: 14-21 (asks for a planned prebriefing and debriefing; "
            "the wording of the lists above is ours)")
BEFORE = (
    "Everybody knows the objectives, the time, and that nothing is scored",
    "What is real and what is not: numbers are computed, waves are an illustration, there is no nurse to call",
    "Who decides, who writes down, who watches; roles change at each prompt",
    "Mistakes are welcome and stay in the room",
    "The page was tried: patient, speed, alarms, how to give an order",
    "The disclaimer was read aloud",
)
AFTER = (
    "First how it felt, in a word each, before any explanation",
    "Facts: the timeline on the screen, everybody agrees on what happened and when",
    "Each decision: what was seen, what was expected, what came; then the feedback",
    "The hidden body is revealed only after the group has said what it believes",
    "The questions below; silence is waited for",
    "Last, one sentence each: what I take with me, and what I would ask a patient's own team",
)


def sheet(lesson: Lesson, courses: Courses | None = None) -> str:
    """The sheet as a whole HTML page; its numbers are computed now.

    Parameters
    ----------
    lesson : Lesson
    courses : Courses, optional
        If the lesson has been run already.
    """
    found = look_at(courses or Courses(lesson))
    return document(f"Instructor sheet: {lesson.title}", (
        f'<p>{escape(lesson.summary)} <span class="soft">{lesson.minutes} minutes, {escape(lesson.level)}.</span></p>',
        f"<p>{_who(lesson)} Played from {_time(lesson.begin_min)} to {_time(lesson.end_min)}: "
        f"<code>clsim bedside --lesson {escape(lesson.name)}</code>, or without an installation "
        f"<code>clsim lesson export {escape(lesson.name)} --out {escape(lesson.name)}.html</code></p>",
        '<div class="cols">' + section("Objectives", items(lesson.objectives))
        + section("Before: read aloud", paragraphs(lesson.prebrief))
        + section("Before: have you", items(BEFORE, "tick"))
        + section("Debrief: keep to", items(AFTER, "tick")) + "</div>",
        section("Prompts and expected answers", *(_prompt(lesson, each) for each in lesson.prompts)),
        section("Debrief: questions and answers", _questions(lesson), _hidden(lesson)),
        section("What the model shows", "<p>Computed when this sheet was made, not written in advance.</p>",
                _claims(found)),
        section("Sources", items([*(f"{key}: {text}" for key, text in lesson.sources.items()), STANDARD])),
    ))


def _who(lesson: Lesson) -> str:
    who = "the scenario's own patient" if lesson.patient is None else f"patient {lesson.patient}"
    decides = (f"Policy {lesson.policy.name} decides beside the learner." if lesson.policy else
               "Nobody decides but the learner.")
    return escape(f"Scenario {lesson.scenario.name}, {who}, seed {lesson.seed}. {decides}")


def _time(minutes: float) -> str:
    return escape(clock(minutes))


def when_asked(prompt: Prompt) -> str:
    """In words when a prompt is asked."""
    if prompt.when is None:
        return f"at {clock(prompt.after_min)}"
    return f"as soon as {prompt.when.text} after {clock(prompt.after_min)}, at {clock(prompt.by_min)} at the latest"


def _prompt(lesson: Lesson, prompt: Prompt) -> str:
    titles = {each.id: each for each in lesson.prompts}
    unless = "; ".join(
        f'not asked after "{next(each.label for each in titles[name].options if each.id == option)}"'
        for name, option in prompt.unless.items())
    head = (f"<p><b>{escape(when_asked(prompt))}{f' ({escape(unless)})' if unless else ''}: "
            f"{escape(prompt.question)}</b> {escape(prompt.why_now)}</p>")
    return head + table(("answer", "feedback"), (
        (escape(each.label), _feedback(each)) for each in prompt.options))


def _feedback(option: Option) -> str:
    said = f"{escape(option.said)} {cite(option.cite)}"
    return f'<span class="{option.verdict}">{said}</span>' if option.verdict else said


def _questions(lesson: Lesson) -> str:
    return table(("ask", "answer", "look at"), (
        (escape(each.ask), f"{escape(each.answer)} {cite(each.cite)}", escape(_signals(each)))
        for each in lesson.debrief))


def _hidden(lesson: Lesson) -> str:
    names = ", ".join(SIGNALS[name].label for name in lesson.reveal)
    return f"<p>Of the hidden body, once the group has committed itself: {escape(names)}.</p>" if names else ""


def _signals(question: Question) -> str:
    return ", ".join(SIGNALS[name].label for name in question.shows)


def _claims(found: list[Found]) -> str:
    lines = "".join(
        f'<li><span class="{"" if each.holds else "no"}">{escape(each.claim.says)}:</span> '
        f"{escape(SIGNALS[each.claim.signal].label)} <b>{escape(each.words)}</b></li>" for each in found)
    return f'<ul class="cols small">{lines}</ul>'
