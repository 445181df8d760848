// The debrief of an exported lesson: what was answered and what it came to, as it was computed with the courses.

/** The message that the page shows as the debrief. */
export function debriefOf(grid, course) {
  const answers = course.answers.map(({ prompt, option }) => grid.prompts[prompt].options[option].feedback);
  const timeline = course.log(grid.lesson.begin_min, course.end).map((each) => ({ is: "log", bed: 0, ...each }));
  return { is: "debrief", timeline, answers, questions: grid.questions, beside: grid.beside, totals: course.last.totals };
}
