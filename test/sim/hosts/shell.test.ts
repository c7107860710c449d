import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { removeCommand, storeCommand } from '../../../src/engines/hosts/acts.ts';
import { aHost, aShell } from './bed.ts';

interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly files: Readonly<Record<string, string>>;
}

const stdin = 'one\ntwo\n';

/** The folder's name is cut out, so that both worlds can be compared. */
const anonymous = (text: string, folder: string): string => text.replaceAll(folder, 'HERE');

function onThisMachine(script: (folder: string) => string): Outcome {
  const folder = mkdtempSync(join(tmpdir(), 'replops-shell-'));
  try {
    const { status, stdout } = spawnSync('/bin/sh', ['-c', script(folder)], {
      cwd: folder,
      input: stdin,
      env: { PATH: '/usr/bin:/bin', HOME: folder },
    });
    const names = readdirSync(folder, { recursive: true }).map(String).sort();
    const files = names.map((name) => [
      name,
      statSync(join(folder, name)).isDirectory() ? '(folder)' : readFileSync(join(folder, name), 'utf8'),
    ]);
    return { exitCode: status, stdout: anonymous(stdout.toString(), folder), files: Object.fromEntries(files) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function onTheSimulatedHost(script: (folder: string) => string): Promise<Outcome> {
  const folder = '/home/ops';
  const host = await aHost();
  const { exitCode, stdout } = await (await aShell(host)).change(script(folder), { stdin });
  const paths = (at: string): readonly string[] => host.files.list(at).flatMap((path) => [path, ...paths(path)]);
  const isFolder = (path: string): boolean => {
    try {
      host.files.read(path);
      return false;
    } catch {
      return true;
    }
  };
  const files = paths(folder).map((path) => [path.slice(folder.length + 1), isFolder(path) ? '(folder)' : host.files.read(path)] as const);
  return { exitCode, stdout: anonymous(stdout, folder), files: Object.fromEntries([...files].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

const sum = execFileSync('/usr/bin/sha256sum', { input: stdin }).toString().slice(0, 64);

/** Everything that is sent to hosts is made of these. */
const scripts: readonly (readonly [string, (folder: string) => string])[] = [
  ['words and quotes', () => `echo a  'b  c' "d  e" f\\ g '' "it's" 'say "x"' a#b # gone`],
  ['parameters', () => `x='a  b'; echo $x "$x" '$x' "\\$x" $nothing. "$nothing."`],
  ['exit codes', () => 'true; echo $?; false; echo $?; ! false; echo $?; exit 7'],
  ['and, or', () => 'true && echo a || echo b; false && echo c || echo d; false || false; echo $?'],
  ['groups', () => '{ echo a; echo b; } > f; cat f; (x=1; exit 4); echo $? "$x"'],
  ['exit in a group', () => 'true && { echo a; exit 3; }; echo b'],
  ['pipes', () => "printf 'b\\na\\n' | cat | grep -q -F a && echo found; printf x | grep -q -F y; echo $?"],
  ['redirections', () => 'echo a > f; echo b >> f; cat < f; echo c > g 2>&1; cat nosuch 2> /dev/null; echo $?; cat f g'],
  ['a redirection that fails', () => 'echo a > no/such; echo $?; cat < nosuch; echo $?; echo x > f && cat nosuch > g || echo failed'],
  ['input', () => 'cat > f; cat f; cat'],
  ['input of a group', () => '{ cat; echo end; } < /dev/null; cat'],
  ['unknown commands', () => 'nosuchtool a b; echo $?; nosuchtool && echo yes || echo no'],
  ['syntax errors', () => 'echo a; ) b'],
  ['a quote that does not end', () => "echo 'a"],
  ['test', () => "test -d . && test ! -e x && test -z '' && test a = a && test a != b && ! test -f . && echo all; test; echo $?"],
  ['folders', () => 'mkdir a; mkdir a; echo $?; mkdir -p a/b/c && mkdir -p a/b/c; cd a/b && echo x > f; cat f; cd nosuch; echo $?'],
  ['moving and removing', () => 'echo a > f; echo b > g; mv -f f g; cat g; mv -f nosuch h; echo $?; rm g; rm g; echo $?; rm -f g; echo $?'],
  ['removing folders', () => 'mkdir -p a/b; echo x > a/b/f; rm a; echo $?; rm -rf a; echo $?'],
  ['checksums', () => 'cat > f; sha256sum < f; sha256sum f; sha256sum nosuch; echo $?'],
  ['the end of a file', () => 'cat > f; tail -c 4 f; tail -c 100 f; tail -c 0 f; cat f | tail -c 3; tail -c 4 nosuch; echo $?'],
  [
    'a file from a byte on',
    () => 'cat > f; tail -c +0 f; tail -c +1 f; tail -c +4 f; tail -c +8 f; tail -c +9 f; tail -c +100 f; cat f | tail -c +6',
  ],
  [
    'the beginning of a file',
    () =>
      'cat > f; head -c 3 f; head -c 100 f; head -c 0 f; head -c -2 f; head -c -100 f; tail -c +3 f | head -c 2; head -c 2 nosuch; echo $?',
  ],
  ['sizes', () => `cat > f; wc -c < f; wc -c f; printf '' | wc -c; cat f f | wc -c; test -f no && wc -c < no || echo gone`],
  ['bytes as letters', () => `cat > f; base64 f; cat f f f f f f f f f f f f f f f | base64; printf '' | base64; printf '–ü漢' | base64`],
  ['printf', () => `printf '%s %s\\n' a b c; printf 'x%%y\\n'; printf '%s' ''`],
  ['env', () => "env A=1 'B=x y' sh -c 'echo $A $B'; env -u A A=2 sh -c 'echo $A'; A=3 sh -c 'echo $A'; echo $A"],
  ['shells in shells', () => `sh -c 'echo $0 $1 "$2"; exit 5' zero one 'two  three'; echo $?; sh -c "sh -c 'echo deep'"`],
  ['reading lines', () => `read -r A; read -r B; echo "$A-$B"; read -r C; echo $? "$C"`],
  ['a line and the rest', () => 'read -r A; cat; echo "[$A]"'],
  ['listing files', () => 'mkdir -p d/e; echo x > d/b; echo y > d/a; ls d; ls -1 d/e; ls nosuch; echo $?'],
  [
    'finding files',
    () => 'mkdir -p d/e; echo x > d/e/java; find d -name java -type f; cd d && find . -type f -exec sha256sum {} +; find nosuch; echo $?',
  ],
  ['exports', () => `A=1; export A B=2 C; C=3; sh -c 'echo $A $B $C'; export 1x; echo no`],
  [
    'grep in lists of NUL',
    () => `printf 'A=1\\nB=2\\n' | grep -o -E '^B=.*'; printf 'abc\\n' | grep -x -F b; echo $?; grep -s x nosuch; echo $?`,
  ],
  [
    'what a command prints, as a word',
    () =>
      `A="$(printf 'a  b\\n\\n')"; echo "[$A]"; echo $(echo c  d) "x$(echo "y $(echo ')' z)")" "$(read -r L; echo "$L")"; B=$(exit 3); echo $? "$B"; (C=$(echo c); echo $C); cat`,
  ],
  ['parts of paths', () => 'dirname /a/b/c; dirname a; printf "one\ntwo\nthree\n" | head -n 2'],
  [
    'finding files',
    () =>
      'mkdir -p d/e/f; echo 1 > d/rc; echo 2 > d/e/rc; echo 3 > d/e/f/rc; echo 4 > d/e/log; find d -mindepth 2 -maxdepth 2 -type f -name rc; find d -type f -name rc -mmin +5; find . -type f -name log -exec wc -c {} +',
  ],
  ['a background command', () => 'sleep 0 > /dev/null 2>&1 < /dev/null & echo on'],
  ['storing a certificate', (folder) => storeCommand(folder, 'ca.crt', sum)],
  ['storing what is not the approved one', (folder) => storeCommand(folder, 'ca.crt', '0'.repeat(64))],
  ['storing in a folder that is not there', (folder) => storeCommand(`${folder}/no'such`, 'ca.crt', sum)],
  ['removing a certificate', (folder) => `cat > ca.crt; ${removeCommand(folder, 'ca.crt', sum)}`],
  ['removing what is not the placed one', (folder) => `echo other > ca.crt; ${removeCommand(folder, 'ca.crt', sum)}`],
];

describe('the shell of a simulated host', () => {
  it.each(scripts)('does with %s what a real one does', async (_, script) => {
    const real = onThisMachine(script);
    expect(await onTheSimulatedHost(script)).toEqual(real);
  });

  it.each(['echo `id`', 'if true; then echo; fi', 'for i in a; do echo; done', 'cat <<X', 'echo $' + '{HOME}'])(
    'refuses %s, which is never sent',
    async (script) => {
      expect(await (await aShell(await aHost())).read(script)).toMatchObject({
        exitCode: 2,
        stdout: '',
        stderr: expect.stringContaining('Syntax error'),
      });
    },
  );

  it('keeps the modes that it is told', async () => {
    const answer = await (await aShell(await aHost())).change('echo x > f; chmod 0600 f; chmod u+x f; echo $?; chmod 644 nosuch');
    expect(answer).toMatchObject({ exitCode: 1, stdout: '1\n' });
  });
});
