import { z } from 'zod';
import { asChannelId, asLinkId, asUserId } from '../domain/ids.ts';
import { engineIds } from '../domain/link.ts';
import { section } from '../domain/problem.ts';
import { hookUrlProblem, urlProblem } from './addresses.ts';
import { referencePattern } from './secrets.ts';

const reference = z
  .string()
  .regex(referencePattern, 'holds a literal value, and a secret has to be a reference; write env:NAME or file:PATH.')
  .describe('Secret reference: env:NAME or file:PATH (relative to this file).');

const slug = (what: string) =>
  z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, `is not ${what}; write small letters, digits and hyphens, at most 63 of them.`);

const port = z.int().min(0).max(65_535);
const personId = z
  .string()
  .regex(/^[UW][A-Z0-9]{1,31}$/, 'is not a Slack member id; write the id that begins with U or W.')
  .transform(asUserId);
const channelId = z
  .string()
  .regex(/^[CG][A-Z0-9]{1,31}$/, 'is not the id of a channel; write the id that begins with C or G, not the name.')
  .transform(asChannelId);

const slack = section({
  mode: z.enum(['socket', 'http']).optional().describe('How Slack reaches the bot; follows from the secrets when left out.'),
  botToken: reference.optional().describe('Bot token (xoxb-…) as a reference. SLACK_BOT_TOKEN takes precedence.'),
  appToken: reference.optional().describe('App-level token (xapp-…) as a reference, for Socket Mode. SLACK_APP_TOKEN takes precedence.'),
  signingSecret: reference.optional().describe('Signing secret as a reference, for HTTP. SLACK_SIGNING_SECRET takes precedence.'),
  apiUrl: z
    .string()
    .superRefine((text, context) => {
      const problem = urlProblem(text);
      if (problem !== null) context.addIssue({ code: 'custom', message: problem });
    })
    .optional()
    .describe('Base of the Web API, for a simulated workspace or a proxy. SLACK_API_URL takes precedence.'),
  port: port.optional().describe('Port for HTTP; 3000 when left out. PORT takes precedence.'),
  teams: z
    .array(z.string().regex(/^T[A-Z0-9]{1,31}$/, 'is not the id of a workspace; write the id that begins with T.'))
    .default([])
    .describe('Workspaces that are served; empty means the one that installed the bot.'),
});

const redis = section({
  url: z
    .string()
    .min(1)
    .optional()
    .describe('Address (redis:// or rediss://) without a password, or a reference. REDIS_URL takes precedence.'),
});

const group = section({
  usergroup: z
    .string()
    .regex(/^S[A-Z0-9]{1,31}$/, 'is not the id of a user group; write the id that begins with S.')
    .nullable()
    .default(null)
    .describe('Id of a Slack user group; null or left out means only the people below.'),
  people: z.array(personId).default([]).describe('Fixed members: all of them without a user group, the fallback with one.'),
}).refine((value) => value.usergroup !== null || value.people.length > 0, 'has nobody in it; write usergroup or people.');

const link = section({
  id: slug('the name of a link').transform(asLinkId).describe('What people type, e.g. prod-sql.'),
  engine: z.enum(engineIds),
  environment: slug('the name of an environment').describe('e.g. production; rules of the policy match on it.'),
  description: z.string().max(300).default(''),
  incidentChannels: z.array(channelId).max(20).default([]).describe('Channels that hear of every changing run on this link.'),
  redirect: z
    .discriminatedUnion('kind', [
      section({
        kind: z.literal('manual'),
        instructions: z.string().min(1).max(2000).describe('What a person has to do to move application traffic.'),
      }),
      section({
        kind: z.literal('hook'),
        url: z
          .string()
          .max(2000)
          .check((context) => {
            const message = hookUrlProblem(context.value);
            if (message !== null) context.issues.push({ code: 'custom', input: context.value, message });
          })
          .describe('Asked by GET where the traffic goes, told by POST where to send it.'),
        authorization: reference.nullable().default(null).describe('Value of the Authorization header.'),
        instructions: z.string().min(1).max(2000).describe('What a person has to do when the hook cannot.'),
      }),
    ])
    .describe('How application traffic is moved after a promotion.'),
  settings: z.record(z.string(), z.unknown()).describe('The engine’s own part.'),
});

const unitMs = { s: 1_000, m: 60_000 } as const;
const lookBounds = { min: 5_000, max: 60_000 } as const;

/** How often every link is looked at, in ms. */
const every = z
  .string()
  .regex(/^[1-9][0-9]{0,3}[sm]$/, 'is not a length of time; write seconds or minutes, such as 30s or 2m.')
  .transform((text) => Number(text.slice(0, -1)) * (text.endsWith('m') ? unitMs.m : unitMs.s))
  .refine((ms) => ms >= lookBounds.min && ms <= lookBounds.max, 'is out of bounds; write 5s at least and 1m at most.');

/** The config file, with the shape of an inline policy left to the caller, since this room does not know policy. */
export const configFileSchema = (policy: z.ZodType = z.record(z.string(), z.unknown())) =>
  section({
    slack: slack.optional().describe('May be left out when the environment gives what is needed.'),
    redis: redis.optional().describe('May be left out when REDIS_URL is set.'),
    groups: z.record(slug('the name of a group'), group).default({}).describe('Groups of people, which the policy names.'),
    policy: section({
      seed: z
        .union([z.string().min(1), policy])
        .describe('The first policy, or the path of a YAML file with it (relative to this file). Later versions are kept in Redis.'),
    }).optional(),
    links: z.array(link).min(1).max(500),
    watch: section({
      every: every.prefault('30s').describe('Time between two looks at a link, from 5s to 1m. One bot looks at it, whichever is free.'),
    }).prefault({}),
    health: section({ port: port.default(8080), host: z.string().min(1).max(253).default('127.0.0.1') }).prefault({}),
    log: section({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info') }).prefault({}),
  });

export type ConfigFile = z.infer<ReturnType<typeof configFileSchema>>;
