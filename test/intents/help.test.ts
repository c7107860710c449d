import { describe, expect, it } from 'vitest';
import { isRefusal } from '../../src/domain/refusal.ts';
import { helpFor } from '../../src/intents/help.ts';
import { read, registry } from './registry-of-commands.ts';

function help(topic: string | null) {
  const answer = helpFor(registry, topic);
  if (isRefusal(answer)) throw new TypeError(answer.sentence);
  return answer;
}

describe('help', () => {
  it('lists every command, by name', () => {
    const { commands, topic } = help(null);
    expect(topic).toBeNull();
    expect(commands.map(({ name }) => name)).toEqual(registry.commands.map(({ name }) => name));
    expect(commands.map(({ name }) => name)).toEqual(commands.map(({ name }) => name).sort());
  });

  it.each([
    [
      'failover',
      '/repl failover LINK [--to latest|TIMESTAMP] [--primaries NUMBER] [--secondaries NUMBER] [--reason "TEXT"] [--break-glass "TEXT"] [--wait]',
    ],
    ['switchover', '/repl switchover LINK [--max-stop DURATION] [--reason "TEXT"] [--break-glass "TEXT"] [--wait]'],
    ['reader', '/repl reader LINK on|off [--reason "TEXT"] [--break-glass "TEXT"] [--wait]'],
    ['plan', '/repl plan OPERATION LINK … [--json]'],
    ['skip', '/repl skip RUN --reason "TEXT"'],
    ['deny', '/repl deny RUN [TEXT]'],
    ['status', '/repl status [LINK] [--json]'],
    ['policy test', '/repl policy test OPERATION LINK [--as @PERSON] [--at TIME]'],
  ])('shows how %s is used', (name, usage) => {
    const { commands, topic } = help(name);
    expect(topic?.usage).toBe(usage);
    expect(commands).toEqual([topic]);
  });

  it('lists the commands of a group for its first word', () => {
    const { commands, topic } = help('policy');
    expect(topic).toBeNull();
    expect(commands.map(({ name }) => name)).toEqual(['policy show', 'policy test']);
  });

  it('explains every argument in a phrase, and gives examples that are understood', () => {
    let explained = 0;
    for (const command of help(null).commands) {
      expect(command.summary).toMatch(/^[A-Z].*[^.]$/);
      expect(command.examples.length).toBeGreaterThan(0);
      for (const { name, about } of command.arguments) {
        expect(name).not.toBe('');
        expect(about).toMatch(/^\S.*[^.]$/);
        explained += 1;
      }
    }
    expect(explained).toBeGreaterThan(30);
  });

  it('is what every topic that it offers leads to', () => {
    expect(registry.topics.length).toBeGreaterThan(20);
    for (const topic of registry.topics) {
      expect(read(`help ${topic}`)).toEqual({ kind: 'help', topic });
      expect(help(topic).commands.length).toBeGreaterThan(0);
    }
  });

  it('refuses a command that there is not, with the nearest', () => {
    expect(helpFor(registry, 'failovr')).toMatchObject({
      code: 'bad-input',
      sentence: 'There is no command called "failovr".',
      next: 'Did you mean `failover`?',
    });
    expect(helpFor(registry, 'zzz')).toMatchObject({ next: '`/repl help` lists all commands.' });
  });
});
