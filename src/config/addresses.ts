const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** What is wrong with the Web API's address: a predicate with the fix, null when nothing is. The bot token is sent there. */
export function urlProblem(text: string): string | null {
  const url = parseUrl(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return 'is not an address; write one like https://slack.com/api/.';
  if (url.username !== '' || url.password !== '') return 'holds a user or a password; remove them.';
  if (url.protocol === 'http:' && !loopback.test(url.hostname))
    return 'would send the bot token unencrypted to another machine; write https:// or a loopback address.';
  return null;
}

/** What is wrong with the address of a hook: a predicate with the fix, null when nothing is. Its authorization is sent there. */
export function hookUrlProblem(text: string): string | null {
  const url = parseUrl(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return 'is not an address; write one like https://traffic.example.com/replops.';
  if (url.username !== '' || url.password !== '') return 'holds a user or a password; put them into authorization as a reference.';
  if (url.search !== '' || url.hash !== '') return 'holds a query or a fragment; remove it, since what is asked is added there.';
  if (url.protocol === 'http:' && !loopback.test(url.hostname))
    return 'would be called unencrypted on another machine; write https:// or a loopback address.';
  return null;
}

/** What is wrong with Redis' address: a predicate with the fix, null when nothing is. */
export function redisUrlProblem(text: string): string | null {
  const url = parseUrl(text);
  return url === null || !/^rediss?:$/.test(url.protocol) || url.hostname === ''
    ? 'is not the address of a Redis; write one like redis://127.0.0.1:6379.'
    : null;
}

/** Whether an address carries a password. An address that cannot be parsed is taken to. */
export function hasPassword(text: string): boolean {
  const url = parseUrl(text);
  return url === null ? text.includes('@') : url.password !== '' || url.searchParams.has('password');
}
