import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import { byHandAct, certificateByHand } from '../../../src/engines/hosts/acts.ts';
import { certificateFileConfig, hostCautions, nodeOf, nodesConfig, nodesOf, pathConfig } from '../../../src/engines/hosts/config.ts';

const fingerprint = `SHA256:${'A'.repeat(43)}`;
const node = { name: 'neo-east-1', host: '10.0.0.1', user: 'ops', privateKey: 'file:/run/secrets/key', hostKey: fingerprint };
const resolve = (reference: string) => new Secret(`value of ${reference}`);

const problems = (...nodes: readonly unknown[]): readonly string[] => {
  const parsed = nodesConfig.safeParse(nodes);
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('the config of nodes', () => {
  it('gives targets with their secrets looked up', () => {
    const [target] = nodesOf(nodesConfig.parse([{ ...node, passphrase: 'env:PASS' }]), resolve);
    expect(target).toMatchObject({ name: 'neo-east-1', host: '10.0.0.1', port: 22, user: 'ops', hostKey: { mode: 'pinned', fingerprint } });
    const login = target?.login;
    expect(login?.kind === 'key' && login.privateKey.reveal()).toBe('value of file:/run/secrets/key');
    expect(login?.kind === 'key' && login.passphrase?.reveal()).toBe('value of env:PASS');
    expect(JSON.stringify(target)).not.toContain('value of');
  });

  it('takes a password in the place of a key', () => {
    const { privateKey: _, ...rest } = node;
    const [config] = nodesConfig.parse([{ ...rest, password: 'env:PW' }]);
    if (config === undefined) throw new TypeError('no node');
    const { login } = nodeOf(config, resolve);
    expect(login.kind === 'password' && login.password.reveal()).toBe('value of env:PW');
  });

  it('takes an agent in the place of a key', () => {
    const { privateKey: _, ...rest } = node;
    const [target] = nodesOf(nodesConfig.parse([{ ...rest, agent: '/run/replops/agent' }]), resolve);
    expect(target?.login).toEqual({ kind: 'agent', socket: '/run/replops/agent' });
  });

  it.each([
    [{ ...node, hostKey: undefined }, '0.hostKey'],
    [{ ...node, hostKey: 'MD5:aa' }, '0.hostKey'],
    [{ ...node, password: 'env:PW' }, '0.privateKey: give one of privateKey, password and agent'],
    [{ ...node, privateKey: undefined }, '0.privateKey: give one of privateKey, password and agent'],
    [{ ...node, agent: '/run/agent' }, '0.privateKey: give one of privateKey, password and agent'],
    [{ ...node, privateKey: undefined, agent: 'agent.sock' }, '0.agent: must be the absolute path of an agent’s socket'],
    [
      { ...node, privateKey: undefined, password: 'env:PW', passphrase: 'env:PP' },
      '0.passphrase: belongs to a privateKey, and there is none',
    ],
    [{ ...node, privateKey: '-----BEGIN' }, '0.privateKey: must be a secret reference'],
    [{ ...node, user: '-oProxyCommand=x' }, '0.user'],
    [{ ...node, host: 'a b' }, '0.host'],
    [{ ...node, port: 0 }, '0.port'],
  ])('refuses %j', (bad, problem) => {
    const found = problems(bad);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(problem);
  });

  it('refuses nodes of one name or one address', () => {
    expect(problems(node, { ...node, host: '10.0.0.2' })).toEqual(['1.name: must differ from the names of the other nodes']);
    expect(problems(node, { ...node, name: 'neo-east-2' })).toEqual(['1.host: must not be the address of another node']);
    expect(problems()).toHaveLength(1);
    expect(problems(node, { ...node, name: 'neo-east-2', port: 2222 })).toEqual([]);
  });

  it('warns of host keys that are not checked', () => {
    const nodes = nodesOf(nodesConfig.parse([node, { ...node, name: 'n2', host: 'h2', hostKey: 'unchecked' }]), resolve);
    expect(hostCautions(nodes)).toEqual(['The host key of n2 is not checked, so whoever answers at its address is trusted.']);
  });

  it('takes absolute paths and plain certificate names only', () => {
    expect(['/etc/a b', '/x'].every((path) => pathConfig.safeParse(path).success)).toBe(true);
    expect(['etc', '/a/../b', '/a\nb', '/a\u0000', ''].some((path) => pathConfig.safeParse(path).success)).toBe(false);
    expect(['ca.crt', 'a-b.pem'].every((name) => certificateFileConfig.safeParse(name).success)).toBe(true);
    expect(['../ca.crt', 'ca.key', '.crt', 'a/b.crt', ''].some((name) => certificateFileConfig.safeParse(name).success)).toBe(false);
  });
});

describe('doing it by hand', () => {
  const how = { node: 'west-1', folder: '/t', file: 'east.crt', source: { node: 'east-1', path: "/c/a's.crt" } };

  it('is shown as the exact commands', () => {
    expect(certificateByHand({ ...how, sha256: null })).toEqual([
      `ssh 'east-1' 'cat '\\''/c/a'\\''\\'\\'''\\''s.crt'\\''' | ssh 'west-1' 'umask 022; cat > '\\''/t/east.crt'\\'''`,
      `ssh 'west-1' 'sha256sum '\\''/t/east.crt'\\'''`,
    ]);
    const commands = certificateByHand({ ...how, sha256: 'ab'.repeat(32) });
    expect(commands[0]).toContain('ab'.repeat(32));
    expect(byHandAct({ title: 'Trust neo-east', commands })).toMatchObject({ kind: 'hosts.by-hand', cluster: null, statements: commands });
  });
});
