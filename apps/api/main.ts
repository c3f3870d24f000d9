import { setTimeout as sleep } from 'node:timers/promises';
import { progressView } from '../cli/progress.js';
import { exitOf, lineOf } from '../cli/failure.js';
import { EXIT } from '../cli/exit-codes.js';
import { finishDemo, loadDemo, DEFAULT_SEED } from '../operations/demo.js';
import { watchRemovedStages } from '../operations/removed-stages.js';
import type { Config } from '../wiring/config.js';
import { ConfigError, VARIABLES, isLoopback, isShared, readConfig } from '../wiring/config.js';
import type { Ownership } from '../wiring/data-directory.js';
import { DirectoryOwned, tryOwn } from '../wiring/data-directory.js';
import { openObservability } from '../wiring/observability.js';
import type { Dealtrail } from '../wiring/open-dealtrail.js';
import { isEmptyLog, openDealtrail } from '../wiring/open-dealtrail.js';
import { serveBesideDeciders } from '../wiring/serve-protocol.js';
import { openWatchPort } from '../wiring/watch-port.js';
import { serve } from './serve.js';
import type { Server } from './serve.js';
import { taste } from './taste.js';

/** What must be ended, in the order in which it is: last begun, first ended. */
const endings: (() => Promise<void> | void)[] = [];
const stopping = new AbortController();
/** What is done between SIGTERM and the end: it still answers, and says that it will not for long. */
let drain = (): Promise<void> => Promise.resolve();
/** An end that hangs is cut off. */
const END_MS = 10_000;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function endInTime(): Promise<void> {
  setTimeout(() => process.exit(EXIT.failed), END_MS).unref();
  return end();
}

async function end(): Promise<void> {
  for (let ending = endings.pop(); ending; ending = endings.pop()) await ending();
}

/** The first signal ends cleanly; a second one, or an end that hangs, ends at once: the log is durable whatever happens. */
function endOnSignal(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping.signal.aborted) process.exit(EXIT.failed);
      stopping.abort();
      void (signal === 'SIGTERM' ? drain() : Promise.resolve()).then(endInTime).then(
        () => process.exit(EXIT.done),
        (error: unknown) => {
          say(`dealtrail: ${lineOf(error)}`);
          process.exit(exitOf(error));
        },
      );
    });
  }
}

/** Before anything else is appended: an interrupted demo is finished, and an empty log told the demo company, unless one's own is wanted. */
async function prepare(dealtrail: Dealtrail, { gate }: Server): Promise<boolean> {
  const { demoDeals } = dealtrail.config;
  const empty = await isEmptyLog(dealtrail.eventStore);
  const view = await progressView();
  const { signal } = stopping;
  try {
    return await gate.during('the demo company is being loaded', async () => {
      const finished = await finishDemo(dealtrail, view.show, signal);
      if (finished || !empty || demoDeals === 0) return finished?.finished ?? false;
      return (await loadDemo(dealtrail, { deals: demoDeals, seed: DEFAULT_SEED, onProgress: view.show, signal })).finished;
    });
  } finally {
    view.done();
  }
}

/** `npm run start:api`: other processes keep the read models. */
const ALONE = '--without-projector';

async function start(config: Config, keepsModels: boolean): Promise<void> {
  if (!keepsModels && !isShared(config)) {
    throw new ConfigError(
      'an API without a projector needs EVENTSTORE_URL and MONGODB_URL, and npm run start:projector beside it; npm start does everything in one process',
    );
  }
  const own = isShared(config) ? undefined : ownDirectory(config.dataDir);
  if (own) endings.push(() => own.release());

  const observability = await openObservability(config.observing, 'dealtrail');
  const { metrics, tracing, log } = observability;
  if (tracing) endings.push(() => tracing.stop());
  const dealtrail = await openDealtrail(config, {
    mode: 'owner',
    keeps: keepsModels ? 'all' : 'nothing',
    beginsWithDemo: config.demoDeals > 0,
    indexed: true,
    threads: 'log and models',
    reportThread: true,
    observability,
  });
  endings.push(() => dealtrail.close());
  dealtrail.projector?.start();

  const protocol = await serveBesideDeciders(dealtrail);
  if (protocol) endings.push(() => protocol.stop());
  if (protocol) metrics.readAtScrape('protocol', () => metrics.of.subscribers.set({ via: 'protocol' }, protocol.subscribers()));
  const server = await serve({ dealtrail, ...observability });
  endings.push(() => server.close());
  const { metricsAt, drainMs } = config.observing;
  if (metricsAt) {
    const watched = await openWatchPort(metricsAt, { metrics, readiness: server.readiness });
    endings.push(() => watched.close());
    say(`Metrics and health are told at ${watched.address}.`);
  }
  drain = async () => {
    server.gate.drain();
    await sleep(drainMs);
  };
  own?.announce(server.address);
  const telling = prepare(dealtrail, server);
  // What is told at a signal is told to the end of its step before the log is closed under it.
  endings.push(async () => void (await telling.catch(() => undefined)));
  const loaded = await telling;
  if (stopping.signal.aborted) return;
  dealtrail
    .startIndex()
    .catch((error: unknown) => log.warn({ err: error }, 'the timeline index could not be loaded; the read store answers'))
    .then(() => dealtrail.warmRows())
    .catch((error: unknown) => {
      if (!stopping.signal.aborted)
        log.warn({ err: error }, 'the rows of deals could not be read yet; the first report that follows deals reads them');
    })
    // Behind the index, which makes its question a cheap one.
    .then(() => {
      if (stopping.signal.aborted) return;
      const stages = watchRemovedStages(dealtrail, log);
      endings.push(() => stages.stop());
    });
  if (loaded) process.stdout.write(`\n${await taste(dealtrail)}\n`);
  if (protocol) say(`EventStoreDB clients are served at ${protocol.connectionString}`);
  if (!isLoopback(config.listen) && config.tls === null) say(CLEAR_TEXT);
  say(`Dealtrail answers at ${server.address}, to be read at ${server.address}/docs. ${placeOf(config)} Ctrl-C ends it.`);
}

const CLEAR_TEXT = `clear text is spoken beyond this machine, and whoever carries it can read tokens: put TLS in front, or set ${VARIABLES.tlsCertificate.name} and ${VARIABLES.tlsKey.name}`;

function ownDirectory(dataDir: string): Ownership {
  const taken = tryOwn(dataDir, 'npm start');
  if (!('own' in taken)) throw new DirectoryOwned(dataDir, taken.owner);
  return taken.own;
}

function placeOf(config: Config): string {
  if (isShared(config)) return 'Log in EventStoreDB, read models and keys on MongoDB.';
  const elsewhere = [
    config.eventStoreUrl === null ? '' : ', log in EventStoreDB',
    config.mongoUrl === null ? '' : ', read models and keys on MongoDB',
  ];
  return `Data: ${config.dataDir}${elsewhere.join('')}.`;
}

endOnSignal();
try {
  await start(readConfig(process.env), !process.argv.includes(ALONE));
} catch (error) {
  say(`dealtrail: ${lineOf(error)}`);
  await end();
  process.exit(error instanceof ConfigError ? EXIT.usage : exitOf(error));
}
