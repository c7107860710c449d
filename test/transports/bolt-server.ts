import { createSecureContext } from 'node:tls';
import { type LoopbackPort, openLoopbackPort } from '../../src/sim/loopback-port.ts';
import { GraphError } from '../../src/sim/neo4j/graph-error.ts';
import type { Backend } from '../../src/sim/neo4j/wire/backend.ts';
import { ConnectionCut, type Extras, type Fields, type Notice } from '../../src/sim/neo4j/wire/backend.ts';
import { serveConnection } from '../../src/sim/neo4j/wire/connection.ts';
import type { Cell } from '../../src/sim/neo4j/wire/packstream.ts';

/** What the server does with one statement. */
export type Reply =
  | {
      readonly kind: 'rows';
      readonly columns: readonly string[];
      readonly rows: readonly (readonly Cell[])[];
      readonly notices?: readonly Notice[];
    }
  | { readonly kind: 'error'; readonly code: string; readonly gqlStatus: string; readonly message?: string; readonly because?: GraphError }
  | { readonly kind: 'drop' }
  | { readonly kind: 'hang' };

export interface Sent {
  readonly statement: string;
  readonly parameters: Fields;
  readonly extras: Extras | null;
}

export interface BoltServer {
  readonly port: number;
  readonly wire: LoopbackPort;
  /** Statements that arrived after the greeting, in order. */
  readonly sent: Sent[];
  readonly greetings: Sent[];
  /** How often a routing table was asked for. */
  routes(): number;
  open(): number;
  close(): Promise<void>;
}

export interface BoltServerOptions {
  readonly reply?: (sent: Sent) => Reply;
  readonly logOn?: GraphError;
  /** Writers in the routing table; itself when left out. */
  readonly writers?: readonly string[];
  readonly certificate?: { readonly certificate: string; readonly key: string };
}

const oneRow: Reply = { kind: 'rows', columns: ['n'], rows: [[1n]] };

const greeting = (): Reply => ({
  kind: 'rows',
  columns: ['name', 'versions', 'edition'],
  rows: [['Neo4j Kernel', ['2026.07.1'], 'enterprise']],
});

/** One server that speaks Bolt and answers as it is told. */
export async function startBoltServer({ reply = () => oneRow, logOn, writers, certificate }: BoltServerOptions = {}): Promise<BoltServer> {
  const sent: Sent[] = [];
  const greetings: Sent[] = [];
  const lines = new Set<string>();
  let routes = 0;
  let ids = 0;

  const answer = async (message: Sent, until: Promise<void>) => {
    const hello = message.statement.startsWith('CALL dbms.components()');
    (hello ? greetings : sent).push(message);
    const what = hello ? greeting() : reply(message);
    switch (what.kind) {
      case 'rows':
        return {
          columns: what.columns,
          rows: what.rows,
          type: 'rw' as const,
          notices: what.notices ?? [],
          systemUpdates: 0,
          database: message.extras?.database ?? 'system',
          bookmark: 'bookmark-1',
        };
      case 'error':
        throw new GraphError(what.code, what.gqlStatus, what.message ?? 'no', false, what.because);
      case 'drop':
        throw new ConnectionCut('cut');
      case 'hang':
        await until;
        throw new ConnectionCut('cut');
    }
  };

  const backend: Backend = {
    agent: 'Neo4j/2026.07.1',
    handshake: 'legacy',
    open: () => {
      ids += 1;
      const id = `bolt-${ids}`;
      lines.add(id);
      let interrupted: () => void = () => undefined;
      const until = new Promise<void>((resolve) => {
        interrupted = resolve;
      });
      return {
        id,
        logOn: async () => {
          if (logOn !== undefined) throw logOn;
        },
        logOff: () => undefined,
        begin: async () => undefined,
        run: (statement, parameters, extras) => answer({ statement, parameters, extras }, until),
        commit: async () => 'bookmark-1',
        rollback: () => undefined,
        route: async (database) => {
          routes += 1;
          const self = [`127.0.0.1:${wire.port}`];
          return {
            ttl: 300n,
            db: database ?? 'system',
            servers: [
              { role: 'WRITE', addresses: writers ?? self },
              { role: 'READ', addresses: self },
              { role: 'ROUTE', addresses: self },
            ],
          };
        },
        interrupt: (gone) => {
          if (gone) lines.delete(id);
          interrupted();
        },
      };
    },
  };
  const secure = certificate === undefined ? null : createSecureContext({ cert: certificate.certificate, key: certificate.key });
  const wire = await openLoopbackPort(0, (socket) => serveConnection(socket, backend, secure));
  return { port: wire.port, wire, sent, greetings, routes: () => routes, open: () => lines.size, close: () => wire.stop() };
}
