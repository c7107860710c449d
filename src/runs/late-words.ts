/** What was seen is a sentence of an engine, or a part of one. */
const asSentence = (seen: string): string => {
  const text = seen.trim();
  return /[.!?]$/.test(text) ? text : `${text}.`;
};

/** A budget for people: whole hours and minutes where it is made of them. */
function budgetOf(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds >= 7_200 && seconds % 3_600 === 0) return `${seconds / 3_600} h`;
  return seconds >= 120 && seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

/** The time of a step is used up: what people read of it. `seen`: what the last look at the databases told. Pure. */
export const lateWords = {
  halts: (title: string, budgetMs: number, seen: string): string =>
    `'${title}' is not proven after ${budgetOf(budgetMs)}. Last seen: ${asSentence(seen)}`,
  takesBack: (title: string, budgetMs: number, seen: string): string =>
    `'${title}' took longer than its ${budgetOf(budgetMs)}, so what was done is taken back. Last seen: ${asSentence(seen)}`,
} as const;

/** There was nothing to see of the act. */
export const nothingHappened = 'It has not happened.';
