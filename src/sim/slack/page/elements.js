import { ask } from './confirm.js';
import { h } from './dom.js';
import { store } from './store.js';
import { textView, wordsOf } from './text-view.js';

/** Sends an action after its confirm dialog. `site.act(actionId, value)` knows where the element stands. */
async function send(element, site, value, control) {
  if (element.confirm && !(await ask(element.confirm))) return;
  control.setAttribute('aria-busy', 'true');
  control.disabled = true;
  await site.act(element.action_id, value);
  control.removeAttribute('aria-busy');
  control.disabled = false;
}

function buttonView(element, site) {
  const properties = {
    class: `button ${element.style ? `button-${element.style}` : ''}`,
    'aria-label': element.accessibility_label ?? null,
    dataset: { focus: `action ${element.action_id}` },
  };
  if (element.url) {
    return h(
      'a',
      { ...properties, href: element.url, target: '_blank', rel: 'noopener noreferrer', onclick: () => site.act(element.action_id) },
      wordsOf(element.text),
    );
  }
  const button = h('button', { type: 'button', ...properties }, h('span', { class: 'button-text' }, wordsOf(element.text)));
  button.addEventListener('click', () => send(element, site, undefined, button));
  return button;
}

const optionsOf = (options) => (options ?? []).map((option) => h('option', { value: option.value }, wordsOf(option.text)));

function peopleOptions() {
  return [...store.people.values()].map((person) => h('option', { value: person.id }, person.realName));
}

function channelOptions() {
  return [...store.channels.values()]
    .filter((channel) => channel.kind !== 'im')
    .map((channel) => h('option', { value: channel.id }, `#${channel.name}`));
}

function choices(element) {
  if (element.type === 'users_select') return peopleOptions();
  if (element.type === 'channels_select') return channelOptions();
  if (element.option_groups)
    return element.option_groups.map((group) => h('optgroup', { label: wordsOf(group.label) }, optionsOf(group.options)));
  return optionsOf(element.options);
}

const initialOf = (element) => element.initial_option?.value ?? element.initial_user ?? element.initial_channel ?? '';

function selectControl(element) {
  const placeholder = wordsOf(element.placeholder) || (element.type === 'overflow' ? 'More…' : 'Choose an option');
  const select = h(
    'select',
    { class: 'select', 'aria-label': placeholder, dataset: { focus: `action ${element.action_id}` } },
    h('option', { value: '' }, placeholder),
    choices(element),
  );
  select.value = initialOf(element);
  return select;
}

function selectView(element, site) {
  const select = selectControl(element);
  select.addEventListener('change', async () => {
    if (select.value !== '') await send(element, site, select.value, select);
    select.value = initialOf(element);
  });
  return select;
}

const nativeTypes = {
  datepicker: 'date',
  timepicker: 'time',
  datetimepicker: 'datetime-local',
  number_input: 'number',
  email_text_input: 'email',
  url_text_input: 'url',
};

function nativeControl(element) {
  const multi = element.type === 'plain_text_input' && element.multiline;
  const initial = element.initial_value ?? element.initial_date ?? element.initial_time ?? '';
  const input = h(multi ? 'textarea' : 'input', {
    class: 'input',
    type: multi ? null : (nativeTypes[element.type] ?? 'text'),
    rows: multi ? 4 : null,
    maxlength: element.max_length ?? null,
    placeholder: wordsOf(element.placeholder) || null,
    step: element.type === 'number_input' && element.is_decimal_allowed ? 'any' : null,
  });
  input.value = initial;
  return input;
}

const valueOfNative = (element, input) =>
  element.type === 'datetimepicker' && input.value !== '' ? String(new Date(input.value).getTime() / 1000) : input.value;

function dateView(element, site) {
  const input = nativeControl(element);
  input.setAttribute('aria-label', wordsOf(element.placeholder) || element.type);
  input.addEventListener('change', () => send(element, site, valueOfNative(element, input), input));
  return input;
}

function checks(element, name, onchange) {
  const type = element.type === 'radio_buttons' ? 'radio' : 'checkbox';
  const initial = [element.initial_option, ...(element.initial_options ?? [])].map((option) => option?.value);
  return (element.options ?? []).map((option) => {
    const input = h('input', { type, name, value: option.value, onchange });
    input.checked = initial.includes(option.value);
    const about = option.description ? h('span', { class: 'hint' }, textView(option.description)) : null;
    return h('label', { class: 'choice' }, input, h('span', {}, textView(option.text), about));
  });
}

function checksView(element, site) {
  const group = h('div', { class: 'choices', role: 'group' });
  group.append(...checks(element, element.action_id, (event) => site.act(element.action_id, event.target.value)));
  return group;
}

const isSelect = (type) => type.endsWith('_select') || type === 'overflow';
const isChecks = (type) => type === 'checkboxes' || type === 'radio_buttons';

/** An element that acts at once: in actions, as an accessory, in the Home tab. */
export function elementView(element, site) {
  if (element.type === 'button') return buttonView(element, site);
  if (element.type === 'image') return h('img', { class: 'thumb', src: element.image_url, alt: element.alt_text });
  if (isSelect(element.type)) return selectView(element, site);
  if (isChecks(element.type)) return checksView(element, site);
  if (element.type in nativeTypes) return dateView(element, site);
  return h('span', { class: 'unsupported' }, `(${element.type})`);
}

/** An element inside a modal's input block: `{ control, value() }`; it acts only when the modal is submitted. */
export function inputControl(element, id) {
  if (isChecks(element.type)) {
    const group = h('div', { class: 'choices', id, role: 'group', tabindex: '-1' }, checks(element, id, null));
    return { control: group, value: () => [...group.querySelectorAll('input:checked')].map((input) => input.value) };
  }
  if (isSelect(element.type)) {
    const select = selectControl(element);
    select.id = id;
    if (element.type.startsWith('multi_')) select.multiple = true;
    return { control: select, value: () => [...select.selectedOptions].map((option) => option.value).filter((value) => value !== '') };
  }
  const control = nativeControl(element);
  control.id = id;
  return { control, value: () => valueOfNative(element, control) };
}
