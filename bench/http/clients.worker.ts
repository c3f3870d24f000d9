import { parentPort, workerData } from 'node:worker_threads';
import autocannon from 'autocannon';

/** What the clients are told. Paths are taken in turn; every body is another amount. */
export interface ClientsAsked {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly paths: readonly string[];
  /** Amounts count from here, so that no command repeats another. */
  readonly from: number;
}

export interface ClientsTold {
  readonly rate: number;
  readonly sent: number;
  readonly failed: number;
}

const { url, connections, seconds, paths, from } = workerData as ClientsAsked; // by the bench
let sent = 0;
const result = await autocannon({
  ...{ url, connections, duration: seconds },
  requests: [
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      setupRequest: (request) => {
        sent += 1;
        const body = JSON.stringify({ value: { amount: `${from + sent}.00`, currency: 'EUR' } });
        return { ...request, path: paths[sent % paths.length] ?? '/', body };
      },
    },
  ],
});
const told: ClientsTold = { rate: result['2xx'] / result.duration, sent, failed: result.non2xx + result.errors };
parentPort?.postMessage(told);
