import { h } from './dom.js';

const lifeMs = 6_000;

/** Says something that went wrong, for a few seconds and to screen readers. */
export function toast(sentence) {
  const place = document.querySelector('#toasts');
  const note = h('div', { class: 'toast' }, sentence);
  place.append(note);
  setTimeout(() => note.remove(), lifeMs);
}

const words = {
  operation_timeout: 'The app did not acknowledge this within 3 seconds.',
  not_acknowledged: 'The app did not acknowledge this within 3 seconds.',
  dispatch_failed: 'The app could not be reached: is the bot running?',
};

/** Shows the problem of an outcome; a cancelled or field-level problem is shown where it belongs. */
export function toastProblem(outcome) {
  if (!outcome?.problem || outcome.state === 'cancelled' || outcome.payload?.errors) return;
  toast(words[outcome.problem] ?? outcome.problem);
}
