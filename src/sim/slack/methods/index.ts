import { type Call, type Methods, needs, none, yes } from '../api-method.ts';
import { chat } from './chat.ts';
import { conversations } from './conversations.ts';
import { files } from './files.ts';
import { furniture } from './furniture.ts';
import { people } from './people.ts';
import { reactions } from './reactions.ts';
import { surfaces } from './surfaces.ts';

const identity = ({ world, holder }: Call) =>
  yes({
    url: `https://${world.team.domain}.slack.com/`,
    team: world.team.name,
    user: world.people.get(holder.user)?.name ?? '',
    team_id: world.team.id,
    user_id: holder.user,
    ...(holder.botId === null ? {} : { bot_id: holder.botId }),
    is_enterprise_install: false,
  });

/** Every method that the workspace answers. */
export const methods: Methods = {
  'api.test': { tier: 4, scopes: none, run: (call) => yes({ args: call.args }) },
  'auth.test': { tier: null, scopes: none, run: identity },
  'apps.connections.open': {
    tier: 3,
    token: 'app',
    scopes: needs('connections:write'),
    run: (call) => yes({ url: call.openLink() }),
  },
  ...chat,
  ...conversations,
  ...reactions,
  ...people,
  ...surfaces,
  ...files,
  ...furniture,
};
