import { AsyncLocalStorage } from 'node:async_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { KeptRows } from '../../projections/answers/kept-rows.js';
import { AskerGone } from '../../projections/answers/sources.js';
import type { AnswersOptions, Asker } from '../../projections/answers/sources.js';
import { AnswersByZone } from './answers-by-zone.js';
import { openKeyStore, openLog, openReadStore } from './open-stores.js';
import type { AskedBack, FromReports, ReportWork, ToReports } from './report-messages.js';
import { errorTold } from './thread-errors.js';

/** Makes reports that follow deals, by connections of its own, for the process that serves. Ends when it was stopped. */
const { config, gone } = workerData as ReportWork; // what `ReportThread` hands in
const port = parentPort;
if (port === null) throw new TypeError('reports are made by a thread that was begun for it');

const clock = { now: Date.now };
const keyStore = await openKeyStore(config, { readOnly: true });
const { eventStore } = await openLog(config, { clock, keyStoreId: keyStore.id, readOnly: true });
const readStore = await openReadStore(config, { readOnly: true });

/** The place in `gone` of the question that is being answered. */
const answering = new AsyncLocalStorage<number>();
function goOn(): void {
  const place = answering.getStore();
  if (place !== undefined && Atomics.load(gone, place) === 1) throw new AskerGone();
}

const waiting = new Map<number, (told: unknown) => void>();
let lastId = 0;

function post(message: FromReports): void {
  port?.postMessage(message);
}

function askBack<K extends keyof AskedBack>(what: K, ...args: Parameters<AskedBack[K]>): Promise<Awaited<ReturnType<AskedBack[K]>>> {
  lastId += 1;
  const id = lastId;
  return new Promise((resolve) => {
    waiting.set(id, resolve as (told: unknown) => void); // it answers with what the method of that name returns
    post({ kind: 'asks', id, what, with: args });
  });
}

const keptRows = new KeptRows({ readStore, most: config.keptRows, goOn });
const options: AnswersOptions = {
  ...{ eventStore, readStore, keyStore, clock, timeZone: config.timeZone, keptRows },
  waitFor: (position, timeoutMs, models) => askBack('waitFor', position, timeoutMs, models),
  firstInstant: (knownAt) => askBack('firstInstant', knownAt),
};
const answers = new AnswersByZone(options);

async function answered(id: number, work: () => Promise<unknown>): Promise<void> {
  try {
    const answer = await work();
    post({ kind: 'answer', id, answer, kept: keptRows.size });
  } catch (error) {
    post({ kind: 'failed', id, error: errorTold(error), kept: keptRows.size });
  }
}

port.on('message', (message: ToReports) => {
  switch (message.kind) {
    case 'ask': {
      const { id, place, name, query, zone, readPersonal } = message;
      // A method of the answers with the query that its caller gave it, type-checked there.
      const ask = (): Promise<unknown> =>
        (answers.in(zone)[name] as (query: unknown, asker: Asker) => Promise<unknown>)(query, { readPersonal });
      return void answered(id, () => answering.run(place, ask));
    }
    case 'warm':
      return void answered(message.id, () => keptRows.warm(message.rows));
    case 'told':
      waiting.get(message.id)?.(message.told);
      waiting.delete(message.id);
      return;
    case 'stop':
      return void stop();
  }
});

async function stop(): Promise<void> {
  port?.close();
  await readStore.close();
  await eventStore.close();
  await keyStore.close();
}
