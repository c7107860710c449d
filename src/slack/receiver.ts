/** How a receiver fares. */
export interface ReceiverHealth {
  /** False when nobody has been able to reach the bot for a while. */
  readonly healthy: boolean;
  /** Whether deliveries can come in now. */
  readonly receiving: boolean;
  readonly sentence: string;
  /** Sockets that the app has open in all processes, as Slack counted them last; 0 for HTTP. */
  readonly connections: number;
  readonly problems: readonly string[];
}

/** Takes deliveries from Slack and gives them to the intake, nothing else. */
export interface Receiver {
  start(): Promise<void>;
  /** Lets what is under way end, within a bound, and takes nothing new. */
  stop(): Promise<void>;
  health(): ReceiverHealth;
}
