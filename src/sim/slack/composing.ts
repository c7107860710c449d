import { findChannel, type World } from './world.ts';

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function mention(world: World, name: string): string | null {
  const person = [...world.people.values()].find((one) => one.name === name);
  if (person !== undefined) return `<@${person.id}>`;
  const group = [...world.groups.values()].find((one) => one.handle === name);
  if (group !== undefined) return `<!subteam^${group.id}|@${group.handle}>`;
  return ['here', 'channel', 'everyone'].includes(name) ? `<!${name}>` : null;
}

/** What the client sends for what somebody typed: escaped, with people, groups, channels and addresses as references. */
export function composed(world: World, typed: string): string {
  return escaped(typed)
    .replace(/(?<![\w`])@([a-z0-9][a-z0-9._-]*[a-z0-9])/g, (whole, name: string) => mention(world, name) ?? whole)
    .replace(/(?<![\w&`])#([a-z0-9_-]+)/g, (whole, name: string) => {
      const channel = findChannel(world, name);
      return channel === undefined || channel.kind === 'im' ? whole : `<#${channel.id}|${channel.kind === 'private' ? '' : channel.name}>`;
    })
    .replace(/(?<![<|\w])(https?:\/\/[^\s<>|]+)/g, '<$1>');
}
