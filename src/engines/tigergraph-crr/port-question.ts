import { quoteWord } from '../../transports/shell-quoting.ts';

/** Whether something listens there, as a node sees it. Not for addresses that are no plain names: bash reads them once more. */
export const portQuestion = (address: string, port: number | string): string =>
  `timeout 2 bash -c ${quoteWord(`</dev/tcp/${address}/${port}`)}`;
