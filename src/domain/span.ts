/** A span of time for people: `850 ms`, `4.2 s`, `1 min 30 s`, `2 h 5 min`. */
export function spanWords(ms: number): string {
  if (!Number.isFinite(ms)) return 'an unknown time';
  if (ms < 0) return `minus ${spanWords(-ms)}`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${Number((ms / 1000).toFixed(1))} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3_600) return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  // Windows of a day are called 24 h by every product, so days begin at two.
  return minutes < 2_880
    ? pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
    : pair(Math.floor(minutes / 1_440), 'd', Math.floor((minutes % 1_440) / 60), 'h');
}

const pair = (big: number, bigUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
