import type { Log } from '../domain/log.ts';
import type { Fetch } from './calls.ts';

/** What is given to Slack: the sentence stands alone where blocks are not shown. */
export interface Said {
  readonly text: string;
  readonly blocks: readonly unknown[];
  /** The same in blocks that every workspace knows, for when Slack refuses the others. */
  readonly plainBlocks?: readonly unknown[];
  /** What does not fit into it: further messages that follow in order. */
  readonly more?: readonly Said[];
  /** All of it as a file, when it is so much that messages are only for where no file can be sent. */
  readonly file?: SaidFile;
}

export interface SaidFile {
  readonly name: string;
  readonly title: string;
  readonly content: string;
  /** What is said beside it. */
  readonly beginning: Said;
}

/** Ways to show the same, the best first; the words alone always pass. */
export const ladder = ({ blocks, plainBlocks }: Said): readonly (readonly unknown[])[] =>
  [blocks, plainBlocks ?? [], []].filter((rung, place) => rung.length > 0 || place === 2);

export const plainWords = (text: string): Said => ({ text, blocks: [] });

export interface ResponseUrls {
  /** Answers one person through a delivery's own address, without replacing its message. False when Slack did not take it. Never throws. */
  answer(responseUrl: string, said: Said): Promise<boolean>;
}

const withinMs = 10_000;

/** What a response address answered; `error` is Slack's word for why it did not take it. */
interface Answer {
  readonly status: number;
  readonly error: string | null;
}

/** Slack says `ok`, or JSON with an error; whatever else it may be says nothing. */
function errorIn(body: string): string | null {
  const found = /^\s*\{.{0,200}?"error"\s*:\s*"([a-z_]{1,60})"/s.exec(body);
  return found?.[1] ?? null;
}

/** Slack documents no answer to blocks that it does not take: 400 has been seen, and the error's name says it under any status. */
const isAboutBlocks = ({ status, error }: Answer): boolean => status === 400 || /blocks|attachments/.test(error ?? '');

/** Slack's own hosts, and the origin of another Web API if one is configured. */
function isSlacks(responseUrl: string, apiUrl: string | undefined): boolean {
  if (!URL.canParse(responseUrl)) return false;
  const { protocol, hostname, origin } = new URL(responseUrl);
  if (apiUrl !== undefined && URL.canParse(apiUrl) && new URL(apiUrl).origin === origin) return true;
  return protocol === 'https:' && /(^|\.)slack(-gov)?\.com$/.test(hostname);
}

/** Response addresses are capabilities: whoever has one can speak to its person, so none is ever logged. */
export function createResponseUrls(deps: {
  readonly log: Log;
  readonly fetch?: Fetch | undefined;
  readonly apiUrl?: string | undefined;
}): ResponseUrls {
  const { log, apiUrl } = deps;
  const send = deps.fetch ?? globalThis.fetch;

  async function post(responseUrl: string, body: Readonly<Record<string, unknown>>): Promise<Answer | null> {
    try {
      const response = await send(responseUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, ...body }),
        redirect: 'error',
        signal: AbortSignal.timeout(withinMs),
      });
      return { status: response.status, error: errorIn(await response.text()) };
    } catch {
      // The cause may quote the address.
      return null;
    }
  }

  return {
    async answer(responseUrl, said) {
      const { text } = said;
      if (!isSlacks(responseUrl, apiUrl)) {
        log.warn({ event: 'slack.response-url.foreign' }, 'A response address that is not Slack was not used.');
        return false;
      }
      let answer: Answer | null = null;
      for (const blocks of ladder(said)) {
        answer = await post(responseUrl, blocks.length === 0 ? { text } : { text, blocks });
        if (answer === null || !isAboutBlocks(answer)) break;
      }
      if (answer?.status === 200 && answer.error === null) return true;
      const { status = null, error = null } = answer ?? {};
      log.info({ event: 'slack.response-url.failed', status, error }, 'An answer through a response address did not arrive.');
      return false;
    },
  };
}
