/** Closes a `switch` over a union: a member that nobody decided about fails to compile. Throws TypeError if one arrives at run time. */
export function unreachable(value: never): never {
  throw new TypeError(`unexpected member of a union: ${JSON.stringify(value)}`);
}
