import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOn } from '../../../src/engines/neo4j-ccdr/privileges.ts';
import {
  accessStatement,
  aliasStatement,
  createStatement,
  dropAliasStatement,
  dropStatement,
  promoteStatement,
  stopStatement,
} from '../../../src/engines/neo4j-ccdr/statements.ts';
import { someSettings } from './build.ts';

/** A statement without what is quoted, by Cypher's own rule for where a quotation ends. */
const skeleton = (statement: string): string =>
  statement.replace(/'(?:[^'\\]|\\.)*'|`(?:[^`]|``)*`/gsu, (found) => found.slice(0, 1).repeat(2));

const settings = someSettings();
const all = (name: string): readonly string[] => [
  accessStatement(name, 'READ ONLY'),
  createStatement(settings, 'standby', 'preview', name, name),
  createStatement(settings, 'standby', 'ga', name, name),
  promoteStatement('preview', name, null),
  promoteStatement('preview', name, { primaries: 3, secondaries: 1 }),
  promoteStatement('ga', name, { primaries: 3, secondaries: 1 }),
  dropStatement(name, 'dump'),
  stopStatement(name),
  aliasStatement(name, name, 'create'),
  aliasStatement(name, name, 'move'),
  dropAliasStatement(name),
];

const hostile = fc
  .oneof(
    fc.string({ minLength: 1, unit: 'binary' }),
    fc.constantFrom("'", '`', '``', "\\'", "'}) //", '` SET ACCESS READ WRITE //', '\n', '🙂'),
  )
  .filter((name) => !name.includes('\u0000') && !/\\u/i.test(name));

describe('statements', () => {
  it('keep every name inside its quotes', () => {
    const plain = all('name').map(skeleton);
    fc.assert(
      fc.property(hostile, (name) => {
        expect(all(name).map(skeleton)).toEqual(plain);
      }),
    );
  });

  it('refuse what a server may read as another name', () => {
    for (const name of ['a\u0000b', 'a\\u0060b']) expect(() => dropStatement(name, 'dump')).toThrow(TypeError);
    expect(() => promoteStatement('preview', 'name', { primaries: 1.5, secondaries: 0 })).toThrow(TypeError);
  });

  it('name a seed and backups where the config has them', () => {
    const standby = { ...settings.standby, follow: { kind: 'backups', pullUri: 's3://b/x/' }, seedUri: 's3://b/x.backup' } as const;
    expect(createStatement({ ...settings, standby }, 'standby', 'ga', 'foo', 'foo')).toContain(
      "OPTIONS {replicaConfig: {remote: 'foo', pullURI: 's3://b/x/'}, seedURI: 's3://b/x.backup'}",
    );
  });
});

describe('a privilege as a command', () => {
  it.each([
    ['GRANT ACCESS ON DATABASE `foo-b` TO `app`', 'foo-b', true],
    ['GRANT MATCH {*} ON GRAPH foo NODE * TO `app`', 'foo', true],
    ['GRANT ACCESS ON DATABASE `foo-b` TO `app`', 'foo', false],
    ['GRANT ACCESS ON DATABASE * TO `app`', 'foo', false],
    ['GRANT ROLE MANAGEMENT ON DBMS TO `foo`', 'foo', false],
  ])('%s is about %s: %s', (command, name, expected) => {
    expect(isOn(command, name)).toBe(expected);
  });
});
