import type { InspectionName } from '../../domain/operation.ts';
import type { Reply } from '../../domain/reply.ts';
import { header, section } from './message.ts';
import { code, md } from './mrkdwn.ts';
import type { Answer } from './pages.ts';
import { whole } from './wrapping.ts';

const titles: Readonly<Record<InspectionName, string>> = {
  backups: 'Backups',
  dlq: 'Dead letter queue',
  topology: 'Topology',
};

/** `/repl dlq LINK` and its like: the verdict first, then the table, then what to do. */
export function renderInspected({ what, link, inspection }: Extract<Reply, { kind: 'inspected' }>): Answer {
  const { headline, columns, rows, notes } = inspection;
  const title = `${titles[what]} of ${link}`;
  return {
    text: md`${title}: ${headline}`,
    title,
    head: [header(title), section(md`${headline}`)],
    body: [
      { kind: 'rows', columns, rows },
      { kind: 'lines', lines: notes.flatMap((note) => whole(md`• `, note)) },
    ],
    foot: md`${code(`/repl describe ${link}`)} shows the whole state of the link.`,
  };
}
