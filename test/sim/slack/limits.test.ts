import { describe, expect, it } from 'vitest';
import { ask, aWorkspace } from './client.ts';

const ops = '#ops';

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
const header = (text: string) => ({ type: 'header', text: { type: 'plain_text', text } });
const button = (extra: object) => ({
  type: 'actions',
  elements: [{ type: 'button', action_id: 'a', text: { type: 'plain_text', text: 'Go' }, ...extra }],
});
const task = (id: string, status = 'pending') => ({ type: 'task_card', task_id: id, title: id, status });
const table = { type: 'table', rows: [[{ type: 'raw_text', text: 'x' }]] };

const labels = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `${at}`);
const line = (name: string, at: readonly string[]) => ({ name, data: at.map((label) => ({ label, value: -1.5 })) });
const chart = (extra: object = {}, type = 'line') => ({
  type: 'data_visualization',
  title: 'Lag',
  chart: { type, series: [line('a', labels(2))], axis_config: { categories: labels(2) }, ...extra },
});
const mismatch = 'labels of series a must match axis_config.categories';

const limits: readonly { name: string; blocks: unknown; error: string; message?: string }[] = [
  {
    name: '51 blocks',
    blocks: Array.from({ length: 51 }, () => ({ type: 'divider' })),
    error: 'invalid_blocks',
    message: 'no more than 50 items',
  },
  { name: 'a section text of 3,001 characters', blocks: [section('x'.repeat(3001))], error: 'invalid_blocks', message: 'less than 3001' },
  { name: 'an empty section text', blocks: [section('')], error: 'invalid_blocks', message: 'more than 0 characters' },
  { name: 'a header of 151 characters', blocks: [header('x'.repeat(151))], error: 'invalid_blocks', message: '/blocks/0/text/text' },
  {
    name: 'a button text of 76 characters',
    blocks: [button({ text: { type: 'plain_text', text: 'x'.repeat(76) } })],
    error: 'invalid_blocks',
  },
  { name: 'a button value of 2,001 characters', blocks: [button({ value: 'x'.repeat(2001) })], error: 'invalid_blocks' },
  {
    name: 'a block type that does not exist',
    blocks: [section('ok'), { type: 'marquee' }],
    error: 'invalid_blocks',
    message: 'unsupported type: marquee [json-pointer:/blocks/1]',
  },
  {
    name: 'a property that does not exist',
    blocks: [{ ...section('x'), colour: 'red' }],
    error: 'invalid_blocks',
    message: 'invalid additional property: colour',
  },
  {
    name: 'a modal-only block',
    blocks: [{ type: 'alert', text: { type: 'plain_text', text: 'x' } }],
    error: 'invalid_blocks',
    message: 'unsupported type: alert',
  },
  {
    name: 'a status that a task cannot have',
    blocks: [{ type: 'plan', title: 'p', tasks: [task('1', 'completed')] }],
    error: 'invalid_blocks',
    message: 'valid enum value',
  },
  {
    name: '51 tasks',
    blocks: [{ type: 'plan', title: 'p', tasks: Array.from({ length: 51 }, (_, at) => task(`${at}`)) }],
    error: 'invalid_blocks',
  },
  {
    name: 'two tasks with one id',
    blocks: [{ type: 'plan', title: 'p', tasks: [task('1'), task('1')] }],
    error: 'invalid_blocks',
    message: 'task_id 1',
  },
  { name: 'three charts', blocks: [chart(), chart(), chart()], error: 'invalid_blocks', message: 'no more than 2 data_visualization' },
  { name: 'a chart title of 51 characters', blocks: [{ ...chart(), title: 'x'.repeat(51) }], error: 'invalid_blocks', message: '/title' },
  { name: 'a chart without axes', blocks: [chart({ axis_config: undefined })], error: 'invalid_blocks', message: 'axis_config' },
  { name: 'a kind of chart that does not exist', blocks: [chart({}, 'radar')], error: 'invalid_blocks' },
  {
    name: 'seven series',
    blocks: [chart({ series: labels(7).map((name) => line(name, labels(2))) })],
    error: 'invalid_blocks',
    message: 'no more than 6 items',
  },
  { name: 'no series', blocks: [chart({ series: [] })], error: 'invalid_blocks', message: 'no fewer than 1 items' },
  {
    name: 'two series with one name',
    blocks: [chart({ series: [line('a', labels(2)), line('a', labels(2))] })],
    error: 'invalid_blocks',
    message: 'series name a is not unique',
  },
  {
    name: 'a series name of 21 characters',
    blocks: [chart({ series: [line('x'.repeat(21), labels(2))] })],
    error: 'invalid_blocks',
    message: 'less than 21',
  },
  {
    name: '21 points',
    blocks: [chart({ series: [line('a', labels(21))], axis_config: { categories: labels(21) } })],
    error: 'invalid_blocks',
    message: 'no more than 20 items',
  },
  {
    name: 'a category of 21 characters',
    blocks: [chart({ series: [line('a', ['x'.repeat(21)])], axis_config: { categories: ['x'.repeat(21)] } })],
    error: 'invalid_blocks',
    message: 'less than 21',
  },
  { name: 'a gap in a series', blocks: [chart({ series: [line('a', labels(1))] })], error: 'invalid_blocks', message: mismatch },
  { name: 'a label that is no category', blocks: [chart({ series: [line('a', ['0', '2'])] })], error: 'invalid_blocks', message: mismatch },
  {
    name: 'a value that is no number',
    blocks: [chart({ series: [{ name: 'a', data: labels(2).map((label) => ({ label, value: null })) }] })],
    error: 'invalid_blocks',
    message: 'must provide a number',
  },
  { name: 'two tables', blocks: [table, table], error: 'invalid_attachments', message: 'only_one_table_allowed' },
  {
    name: 'two blocks with one id',
    blocks: [
      { type: 'divider', block_id: 'a' },
      { type: 'divider', block_id: 'a' },
    ],
    error: 'invalid_blocks',
  },
  { name: 'blocks that are no list', blocks: { type: 'divider' }, error: 'invalid_blocks_format' },
  {
    name: '12,001 characters of markdown',
    blocks: [
      { type: 'markdown', text: 'x'.repeat(6_001) },
      { type: 'markdown', text: 'x'.repeat(6_000) },
    ],
    error: 'msg_blocks_too_long',
  },
  {
    name: '13,201 characters in all',
    blocks: [...Array.from({ length: 4 }, () => section('x'.repeat(3_000))), section('x'.repeat(1_201))],
    error: 'msg_blocks_too_long',
  },
];

describe('limits', () => {
  it.each(limits)('$name are refused', async ({ blocks, error, message }) => {
    const ws = await aWorkspace();
    const answer = await ask(ws, 'chat.postMessage', { channel: ws.ids.channels['ops'], text: 'x', blocks });
    expect(answer).toMatchObject({ ok: false, error });
    expect(JSON.stringify(answer['response_metadata'] ?? '')).toContain(message ?? '');
    expect(ws.messages(ops)).toEqual([]);
  });

  it('takes what is just within them', async () => {
    const ws = await aWorkspace();
    const blocks = [section('x'.repeat(3000)), header('x'.repeat(150)), button({ value: 'x'.repeat(2000) }), table];
    const tasks = Array.from({ length: 50 }, (_, at) => task(`${at}`));
    const categories = labels(20).map((label) => label.padStart(20, '-'));
    const widest = {
      series: labels(6).map((name) => line(name.padStart(20, '-'), categories)),
      axis_config: { categories, x_label: 'x'.repeat(50), y_label: 'y'.repeat(50) },
    };
    const answer = await ask(ws, 'chat.postMessage', {
      channel: ws.ids.channels['ops'],
      text: 'x',
      blocks: [...blocks, { type: 'plan', title: 'p', tasks }, chart(widest), chart()],
    });
    expect(answer['ok']).toBe(true);
  });

  it('truncates a text of more than 40,000 characters with a warning, and refuses 4,001 in an update', async () => {
    const ws = await aWorkspace();
    const channel = ws.ids.channels['ops'];
    const posted = await ask(ws, 'chat.postMessage', { channel, text: 'x'.repeat(40_001) });
    expect(posted).toMatchObject({ ok: true, warning: 'message_truncated' });
    expect(ws.messages(ops)[0]?.text).toHaveLength(40_000);
    expect(await ask(ws, 'chat.update', { channel, ts: posted['ts'], text: 'x'.repeat(4_001) })).toMatchObject({ error: 'msg_too_long' });
  });
});
