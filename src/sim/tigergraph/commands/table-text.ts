/** A table as gadmin prints it: frame of `+-|`, columns padded, colours around each cell where they are on. */
export function tableText(columns: readonly string[], rows: readonly (readonly string[])[], ansi: boolean): string {
  const widths = columns.map((column, index) => Math.max(column.length, ...rows.map((row) => (row[index] ?? '').length)) + 2);
  const frame = `+${widths.map((width) => '-'.repeat(width)).join('+')}+\n`;
  const cell = (text: string, index: number): string => {
    const width = widths[index] ?? 0;
    const left = Math.floor((width - text.length) / 2);
    const padded = ' '.repeat(left) + text + ' '.repeat(width - text.length - left);
    return ansi ? `\u001b[32m${padded}\u001b[0m` : padded;
  };
  const line = (row: readonly string[]): string => `|${columns.map((_, index) => cell(row[index] ?? '', index)).join('|')}|\n`;
  return frame + line(columns) + frame + rows.map(line).join('') + frame;
}

const two = (value: number): string => String(value).padStart(2, '0');
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Wed Oct 26 08:51:24 UTC 2022` */
export function longDate(ms: number): string {
  const date = new Date(ms);
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  const day = `${days[date.getUTCDay()] ?? ''} ${months[date.getUTCMonth()] ?? ''} ${String(date.getUTCDate()).padStart(2)}`;
  return `${day} ${time} UTC ${date.getUTCFullYear()}`;
}

/** Full tag of a backup: `weekly-2022-10-26T085124`, with milliseconds in later versions. */
export function tagAt(tag: string, ms: number, milliseconds: boolean): string {
  const iso = new Date(ms).toISOString();
  return `${tag}-${iso.slice(0, 10)}T${iso.slice(11, 19).replaceAll(':', '')}${milliseconds ? iso.slice(19, 23) : ''}`;
}

/** `20180607232159`, as gbar and the folders of old data have it. */
export const digitsAt = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace(/\D/g, '');

/** `20210709 13:56:52.214`, as GSQL begins the lines of its log. */
export const logTime = (ms: number): string => new Date(ms).toISOString().slice(0, 23).replaceAll('-', '').replace('T', ' ');

export const sizeText = (bytes: number): string => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`);
