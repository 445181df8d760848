// The debrief of an exported lesson: what was answered, what it came to, and beside it the way that was expected.

import { Course } from "./course.js";

const LOW = 65; // mmHg

/** The course that the expected answers make. */
export function expected(grid) {
  const course = new Course(grid);
  for (let asked = course.prompt(); asked; asked = course.prompt()) course.answer(asked.usual);
  return course;
}

/** Whether any answer is better than another. */
function judged(grid) {
  return grid.prompts.some((asked) => asked.options.some((each) => each.verdict));
}

/** What a course came to, as rows of label, unit and number, from the beginning of the lesson on. */
export function totals(grid, course) {
  const { begin_min: begin } = grid.lesson;
  const { t, rows } = course.samples(-1, course.end, true);
  const part = t.map((each, i) => [each, i]).filter(([each]) => each >= begin);
  const values = (name) => part.map(([, i]) => rows[name][i]);
  const low = part.reduce((all, [time, i], k) => (k && rows.MAP[i] < LOW ? all + time - part[k - 1][0] : all), 0);
  const change = (name) => course.at(name, course.end) - course.at(name, begin);
  const doses = course.doses(course.end).filter((each) => ["given", "running"].includes(each.state)).length;
  const drips = grid.drips.map((name) => [name, Math.max(...part.map(([time]) => course.at(name, time)))]).filter(([, most]) => most > 0.05);
  return [
    ["doses given, of the whole course", "", doses],
    [`time with mean pressure below ${LOW} mmHg`, "h", low / 60],
    ["lowest mean pressure", "mmHg", Math.min(...values("MAP"))],
    ["fluid by the line", "L", change("in_mL") / 1000],
    ["weight gained", "kg", change("weight_kg")],
    ["albumin at the end", "g/L", course.at("albumin", course.end)],
    ["leak at the end (at rest 0)", "", course.at("leak", course.end)],
    ["most lung water", "mL", Math.max(...values("EVLW"))],
    ...drips.map(([name, most]) => [`${name}, highest rate`, grid.units[name], most]),
  ];
}

/** The message that the page shows as the debrief. */
export function debriefOf(grid, course) {
  const mine = totals(grid, course);
  const other = new Map(totals(grid, expected(grid)).map(([label, , value]) => [label, value]));
  const answers = course.answers.map(({ prompt, option }) => {
    const asked = grid.prompts[prompt];
    const { said, verdict, cite } = asked.options[option];
    return { is: "feedback", prompt: asked.id, option, said, verdict,
      right: verdict === null ? null : verdict === "good", cite };
  });
  const timeline = course.log(grid.lesson.begin_min, course.end).map((each) => ({ is: "log", bed: 0, ...each }));
  return { is: "debrief", timeline, answers, questions: grid.questions,
    columns: ["your way", judged(grid) ? "expected way" : "first answers"],
    totals: mine.map(([label, unit, value]) => ({ name: label, label, unit, here_A: value, here_B: other.get(label) ?? 0 })) };
}
