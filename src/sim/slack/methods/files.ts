import type { JsonObject } from '../../../domain/json.ts';
import { post } from '../acts.ts';
import { type Answer, type Call, type Methods, needs, no, withOwnChannel, yes } from '../api-method.ts';
import { asList, asText, type Channel, type StoredFile } from '../model.ts';
import { findMessage } from '../world.ts';

const types: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  log: 'text/plain; charset=utf-8',
  json: 'application/json',
  csv: 'text/csv; charset=utf-8',
};

const extension = (name: string): string => name.split('.').at(-1)?.toLowerCase() ?? '';

const contentTypeOf = (name: string): string => types[extension(name)] ?? 'application/octet-stream';

function getUploadUrl(call: Call): Answer {
  const name = asText(call.args['filename']);
  const length = Number(asText(call.args['length']));
  if (name === '' || !Number.isInteger(length) || length <= 0) return no('invalid_arguments');
  const id = call.world.mintId('F');
  const altText = asText(call.args['alt_txt']) || asText(call.args['alt_text']);
  call.world.files.set(id, { id, name, length, altText, title: name, bytes: null, contentType: contentTypeOf(name) });
  return yes({ upload_url: `${call.origin}/upload/${id}`, file_id: id });
}

const fileJson = (origin: string, file: StoredFile): JsonObject => ({
  id: file.id,
  name: file.name,
  title: file.title,
  mimetype: file.contentType,
  filetype: extension(file.name),
  size: file.bytes?.length ?? 0,
  url_private: `${origin}/files/${file.id}/${encodeURIComponent(file.name)}`,
  ...(file.altText === '' ? {} : { alt_txt: file.altText }),
});

function share(call: Call, channel: Channel, files: readonly JsonObject[]): Answer {
  if (channel.archived) return no('is_archived');
  const given = asText(call.args['thread_ts']);
  const parent = given === '' ? null : findMessage(channel, given);
  if (parent === undefined) return no('thread_not_found');
  const { user, botId } = call.holder;
  const threadTs = parent === null ? null : (parent.threadTs ?? parent.ts);
  post(call.world, channel, { user, botId, text: asText(call.args['initial_comment']), threadTs, files, subtype: 'file_share' });
  return yes({ files });
}

function complete(call: Call): Answer {
  const wanted = asList(call.args['files']);
  const found: StoredFile[] = [];
  for (const one of wanted) {
    const file = call.world.files.get(asText(one['id']));
    if (file === undefined || file.bytes === null) return no('file_not_found');
    file.title = asText(one['title']) || file.name;
    found.push(file);
  }
  if (found.length === 0) return no('invalid_arguments');
  const files = found.map((file) => fileJson(call.origin, file));
  if (asText(call.args['channel_id']) === '') return yes({ files });
  return withOwnChannel(call, (channel) => share(call, channel, files), 'channel_id');
}

export const files: Methods = {
  'files.getUploadURLExternal': { tier: 4, scopes: needs('files:write'), run: getUploadUrl },
  'files.completeUploadExternal': { tier: 4, scopes: needs('files:write'), run: complete },
};
