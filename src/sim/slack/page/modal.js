import { blocksView } from './blocks.js';
import { h, icon } from './dom.js';
import { inputControl } from './elements.js';
import { act, store } from './store.js';
import { textView, wordsOf } from './text-view.js';

let shown = null;

/** What has been typed survives a redraw of the same view. */
function keepTyped(inputs, before) {
  if (before === null) return;
  for (const [blockId, { control }] of inputs) {
    const old = before.inputs.get(blockId)?.control;
    if (old === undefined) continue;
    if ('value' in old && 'value' in control) control.value = old.value;
    for (const input of old.querySelectorAll('input')) {
      const same = [...control.querySelectorAll('input')].find((one) => one.value === input.value);
      if (same) same.checked = input.checked;
    }
  }
}

function inputView(block, inputs, errors, viewId) {
  const id = `input-${viewId}-${block.block_id}`;
  const input = inputControl(block.element, id);
  inputs.set(block.block_id, { ...input, actionId: block.element.action_id });
  const problem = errors[block.block_id];
  const about = [block.hint ? `${id}-hint` : null, problem ? `${id}-error` : null].filter(Boolean).join(' ');
  if (about) input.control.setAttribute('aria-describedby', about);
  if (problem) input.control.setAttribute('aria-invalid', 'true');
  const optional = block.optional ? h('span', { class: 'hint' }, ' (optional)') : null;
  const hint = block.hint ? h('p', { class: 'hint', id: `${id}-hint` }, textView(block.hint)) : null;
  const error = problem ? h('p', { class: 'field-error', id: `${id}-error` }, problem) : null;
  return h('div', { class: 'form-row' }, h('label', { for: id }, wordsOf(block.label), optional), input.control, error, hint);
}

const site = (open) => ({ key: open.id, act: (actionId, value) => act({ act: 'click-view', actionId, confirm: true, value }) });

function bodyView(open, inputs) {
  return open.view.blocks.map((block) =>
    block.type === 'input' ? inputView(block, inputs, open.errors, open.id) : blocksView([block], site(open)),
  );
}

function submitter(inputs, submit) {
  return async (event) => {
    event.preventDefault();
    submit.setAttribute('aria-busy', 'true');
    submit.disabled = true;
    const values = Object.fromEntries([...inputs.values()].map(({ actionId, value }) => [actionId, value()]));
    await act({ act: 'submit', values });
    submit.removeAttribute('aria-busy');
    submit.disabled = false;
  };
}

function build(open, before) {
  const inputs = new Map();
  const title = h('h2', { id: 'modal-title' }, wordsOf(open.view.title));
  const close = () => act({ act: 'close-view' });
  const corner = h('button', { type: 'button', class: 'icon-button', 'aria-label': 'Close', onclick: close }, icon('close'));
  const general = open.errors[''] ? h('p', { class: 'field-error', role: 'alert' }, open.errors['']) : null;
  const body = h('div', { class: 'dialog-body' }, general, bodyView(open, inputs));
  const cancel = h('button', { type: 'button', class: 'button', onclick: close }, wordsOf(open.view.close) || 'Cancel');
  const submit = open.view.submit ? h('button', { type: 'submit', class: 'button button-primary' }, wordsOf(open.view.submit)) : null;
  const form = h(
    'form',
    { novalidate: true },
    h('div', { class: 'dialog-head' }, title, corner),
    body,
    h('div', { class: 'dialog-foot' }, cancel, submit),
  );
  keepTyped(inputs, before);
  return { form, inputs, submit };
}

/** Shows the modal on top of this person's stack; closes the dialog when there is none. */
export function drawModal() {
  const open = store.views.at(-1);
  if (open === undefined) {
    shown?.dialog.remove();
    shown = null;
    return;
  }
  const signature = JSON.stringify([open.id, open.hash, open.errors]);
  if (shown?.signature === signature) return;
  const same = shown?.id === open.id ? shown : null;
  const { form, inputs, submit } = build(open, same);
  const dialog = shown?.dialog ?? h('dialog', { class: 'dialog modal', 'aria-labelledby': 'modal-title' });
  dialog.replaceChildren(form);
  if (submit) form.addEventListener('submit', submitter(inputs, submit));
  if (shown === null) {
    dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      void act({ act: 'close-view' });
    });
    document.body.append(dialog);
    dialog.showModal();
  }
  (dialog.querySelector('[aria-invalid="true"]') ?? dialog.querySelector('.form-row input, .form-row textarea, .form-row select'))?.focus();
  shown = { id: open.id, signature, dialog, inputs };
}
