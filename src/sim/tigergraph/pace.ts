import type { TigerPace } from './contract.ts';

const second = 1000;
const minute = 60 * second;

/** As a middle-sized cluster has it. */
export const productPace: TigerPace = {
  readMs: 300,
  statusTimeoutMs: 35 * second,
  applyMs: 10 * second,
  initKafkaMs: 35 * second,
  stopMs: 40 * second,
  startMs: 60 * second,
  warmupMs: 30 * second,
  backupMs: 31 * minute,
  restoreMs: 23 * minute,
  installMs: 10 * minute,
  ddlMs: 2 * second,
  connectorMs: 20 * second,
  copyMs: 5 * minute,
  lagMs: 2 * second,
  applyPerSecond: 50_000,
};

/** Everything in a few milliseconds; what has an order keeps it. */
export const tinyPace: TigerPace = {
  readMs: 0,
  statusTimeoutMs: 20,
  applyMs: 2,
  initKafkaMs: 2,
  stopMs: 2,
  startMs: 5,
  warmupMs: 10,
  backupMs: 40,
  restoreMs: 40,
  installMs: 10,
  ddlMs: 1,
  connectorMs: 10,
  copyMs: 2,
  lagMs: 5,
  applyPerSecond: 1_000_000,
};
