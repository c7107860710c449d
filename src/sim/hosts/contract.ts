import type { Clock } from '../../domain/clock.ts';
import type { FaultHandle, StrikeRule } from '../faults/strikes.ts';
import type { HostFiles } from './files.ts';

/** What a product's command-line tool does on a simulated host. */
export interface ProductCall {
  /** Without the tool's own name. */
  readonly argv: readonly string[];
  readonly stdin: string;
  readonly env: ReadonlyMap<string, string>;
  /** Name of the host. */
  readonly host: string;
  readonly files: HostFiles;
  readonly user: string;
  /** The folder that it was started in. */
  readonly cwd: string;
  /** Tag of the command that it belongs to, even after that command has detached it. */
  readonly tag: string;
  /** Says something on standard output at once, before the answer. */
  print(text: string): void;
  /** Takes time by the host's clock, ms. Rejects when the process is killed meanwhile: what would have come after does not happen. */
  wait(ms: number): Promise<void>;
}

export interface ProductAnswer {
  readonly exitCode: number;
  readonly stdout?: string;
  readonly stderr?: string;
  /** From its effect to its answer, ms of the host's clock. */
  readonly ms?: number;
  /** What it changed, for the record of effects; left out by one that only looks. */
  readonly changed?: string;
}

/** The tools that are installed, by name, e.g. `cockroach`; by an absolute path when the folder has to be in PATH to find it by its name. */
export type ProductTable = Readonly<Record<string, (call: ProductCall) => ProductAnswer | Promise<ProductAnswer>>>;

export interface SimHostUser {
  readonly name: string;
  readonly password: string;
}

export interface HostOptions {
  readonly name?: string;
  readonly clock?: Clock;
  /** 0: any free port. */
  readonly port?: number;
  /** `ops` with a password and a key when left out; every user gets a key of its own. */
  readonly users?: readonly SimHostUser[];
  /** Encrypts the users' private keys. */
  readonly passphrase?: string;
  /** Lets passwords in as answers to a question only, as many hosts do. */
  readonly passwordsAsQuestions?: boolean;
  /** Files that exist from the start, by absolute path; their folders come with them. */
  readonly files?: Readonly<Record<string, string>>;
  readonly folders?: readonly string[];
  readonly products?: ProductTable;
  /** Time that every tool takes, ms. */
  readonly toolMs?: number;
}

/** What a client needs to log in. */
export interface HostAddress {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** OpenSSH private key, made when the host was. */
  readonly privateKey: string;
  /** `SHA256:…` of the host key. */
  readonly fingerprint: string;
}

export type HostChange = 'write' | 'rename' | 'remove' | 'mkdir' | 'chmod' | 'kill' | 'product';

/** One change that a command made, recorded when it took effect. */
export interface HostEffect {
  readonly seq: number;
  readonly at: number;
  readonly host: string;
  /** The command as the client sent it, without the words around it that carry the tag. */
  readonly command: string;
  readonly change: HostChange;
  /** A path, a process id, or what a product says it changed. */
  readonly what: string;
  readonly tag: string;
  /** From `replops/<run>/<fence>`; null when the tag has another form. */
  readonly fence: number | null;
  readonly user: string;
}

/** Everything that arrived. `open`: still under way; `lost`: the client never got an answer. */
export interface SeenCommand {
  readonly at: number;
  readonly command: string;
  readonly tag: string;
  readonly user: string;
  readonly outcome: 'open' | 'answered' | 'lost';
  readonly exitCode: number | null;
}

export interface ProcessTruth {
  readonly pid: number;
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

export type HostFaultAct =
  | { readonly kind: 'drop-before' }
  | { readonly kind: 'drop-after' }
  | { readonly kind: 'hang'; readonly ms?: number; readonly when?: 'before' | 'after' }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'refuse'; readonly exitCode: number; readonly stderr: string }
  /** The host won't start the command at all. */
  | { readonly kind: 'deny' };

/** `match` is on a command's text, `tag` on the mark of its session. */
export type HostFaultRule = StrikeRule<HostFaultAct>;
export type HostFaultHandle = FaultHandle;

/** `dead`: gone with its processes. `unreachable`: only we can't reach it. `silent`: it accepts connections and never answers. */
export type HostOutage = 'dead' | 'unreachable' | 'silent';

/** What a command that was run on the host itself left. */
export interface LocalAnswer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface HostFaults {
  add(rule: HostFaultRule): HostFaultHandle;
  clear(): void;
  down(outage?: HostOutage): Promise<void>;
  up(): Promise<void>;
  /** The host shows another key from now on. */
  newHostKey(): void;
}

export interface SimHost {
  readonly name: string;
  readonly files: HostFiles;
  /** Null: the first user. */
  address(user?: string): HostAddress;
  effects(): readonly HostEffect[];
  commands(): readonly SeenCommand[];
  processes(): readonly ProcessTruth[];
  /** From now on the processes of that command ignore TERM. */
  harden(command: string): void;
  /** Runs a shell text as a user who is logged in to the host, past the wire and its faults. */
  run(text: string, as?: { readonly user?: string; readonly tag?: string }): Promise<LocalAnswer>;
  readonly faults: HostFaults;
  close(): Promise<void>;
}
