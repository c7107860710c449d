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

  async function post(responseUrl: string, body: Readonly<Record<string, unknown>>): Promise<number | null> {
    try {
      const response = await send(responseUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, ...body }),
        redirect: 'error',
        signal: AbortSignal.timeout(withinMs),
      });
      await response.body?.cancel();
      return response.status;
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
      let status: number | null = null;
      for (const blocks of ladder(said)) {
        status = await post(responseUrl, blocks.length === 0 ? { text } : { text, blocks });
        // 400 is Slack's answer to blocks it does not take.
        if (status !== 400) break;
      }
      if (status === 200) return true;
      log.info({ event: 'slack.response-url.failed', status }, 'An answer through a response address did not arrive.');
      return false;
    },
  };
}
