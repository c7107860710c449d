import type { Pace } from './contract.ts';

/** As long as the product takes, by its documentation. */
export const productPace: Pace = {
  acceptMs: 1500,
  scanMs: 20_000,
  rewindMs: 15_000,
  tickMs: 10_000,
  lagMs: 5000,
  catchUpSpeed: 20,
  pauseMs: 2000,
  resumeMs: 1500,
  failoverWaitMs: 3000,
  revertMs: 15_000,
  serviceMs: 2000,
  cancelMs: 3000,
  producerNoticeMs: 30_000,
  dropMs: 500,
  readerMs: 2000,
  retryAfterMs: 30_000,
  giveUpMs: 205_000,
  expirationMs: null,
  muxWaitMs: 10_000,
};

/** For tests and demos with a real clock: the same order of things, in tens of milliseconds. */
export const tinyPace: Pace = {
  acceptMs: 10,
  scanMs: 60,
  rewindMs: 60,
  tickMs: 20,
  lagMs: 10,
  catchUpSpeed: 20,
  pauseMs: 25,
  resumeMs: 15,
  failoverWaitMs: 25,
  revertMs: 60,
  serviceMs: 30,
  cancelMs: 30,
  producerNoticeMs: 60,
  dropMs: 20,
  readerMs: 20,
  retryAfterMs: 150,
  giveUpMs: 800,
  expirationMs: null,
  muxWaitMs: 100,
};
