import { h } from './dom.js';
import { textView, wordsOf } from './text-view.js';

/** Asks for confirmation in a dialog. Resolves to true only when the person confirmed. */
export function ask(confirm) {
  return new Promise((resolve) => {
    const title = wordsOf(confirm.title) || 'Are you sure?';
    const danger = confirm.style === 'danger' ? 'button-danger' : 'button-primary';
    const no = h('button', { class: 'button', value: 'no', type: 'submit' }, wordsOf(confirm.deny) || 'Cancel');
    const yes = h('button', { class: `button ${danger}`, value: 'yes', type: 'submit' }, wordsOf(confirm.confirm) || 'Yes');
    const form = h(
      'form',
      { method: 'dialog' },
      h('h2', { id: 'confirm-title' }, title),
      h('div', { class: 'dialog-body' }, textView(confirm.text)),
      h('div', { class: 'dialog-foot' }, no, yes),
    );
    const dialog = h('dialog', { class: 'dialog confirm', 'aria-labelledby': 'confirm-title' }, form);
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.showModal();
    yes.focus();
  });
}
