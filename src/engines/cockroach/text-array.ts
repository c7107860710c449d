const whole = /^\{(?:(?:"(?:[^"\\]|\\.)*"|[^",{}\\]+)(?:,(?:"(?:[^"\\]|\\.)*"|[^",{}\\]+))*)?\}$/su;
const member = /"((?:[^"\\]|\\.)*)"|[^",{}\\]+/gsu;

/** Reads a STRING[] as the server prints it (`{a,"b, \"c\""}`); null when it is none. NULL members are left out. */
export function textArrayOf(text: string): readonly string[] | null {
  if (!whole.test(text)) return null;
  return [...text.slice(1, -1).matchAll(member)].flatMap(([plain, quoted]) =>
    quoted === undefined ? (plain === 'NULL' ? [] : [plain]) : [quoted.replace(/\\(.)/gsu, '$1')],
  );
}
