import { categoryOf } from '../domain/shared/ids.js';
import type { AppendRequest, AppendResult, EventStore } from '../event-store/event-store.port.js';
import type { Metrics } from './metrics.js';
import type { Tracing } from './tracing.js';

/** An event store whose appends are counted, timed and traced; everything else goes straight through. */
export function watchedEventStore(store: EventStore, metrics: Metrics, tracing: Tracing | null): EventStore {
  const { appends, eventsAppended, appendDuration } = metrics.of;

  const took = (request: Pick<AppendRequest, 'stream' | 'events'>, { repeated }: AppendResult): void => {
    appends.inc({ outcome: repeated ? 'repeated' : 'appended' });
    if (!repeated) eventsAppended.inc({ category: categoryOf(request.stream) }, request.events.length);
  };
  const refused = (error: unknown): void => appends.inc({ outcome: outcomeOf(error) });
  const traced = <T>(appending: number, work: () => Promise<T>): Promise<T> =>
    tracing === null ? work() : tracing.within('append', { 'dealtrail.appends': appending }, work);
  const timed = (began: number): void => appendDuration.observe((performance.now() - began) / 1000);

  return {
    identity: store.identity,
    ...(store.readsMayLag === undefined ? {} : { readsMayLag: store.readsMayLag }),
    async append(stream, expected, events) {
      const began = performance.now();
      try {
        const result = await traced(1, () => store.append(stream, expected, events));
        took({ stream, events }, result);
        return result;
      } catch (error) {
        refused(error);
        throw error;
      } finally {
        timed(began);
      }
    },
    async appendMany(requests, options = {}) {
      let began = performance.now();
      // What it waits for is not its own.
      const after = options.after?.then(() => (began = performance.now()));
      const results = await traced(requests.length, () => store.appendMany(requests, { after })).finally(() => timed(began));
      requests.forEach((request, index) => {
        const result = results[index];
        if (result?.status === 'fulfilled') took(request, result.value);
        else refused(result?.reason);
      });
      return results;
    },
    readStream: (stream, options) => store.readStream(stream, options),
    readAll: (options) => store.readAll(options),
    waitForNew: (after, options) => store.waitForNew(after, options),
    head: () => store.head(),
    positionAt: (instant) => store.positionAt(instant),
    count: (range) => store.count(range),
    eventAt: (position) => store.eventAt(position),
    close: () => store.close(),
  };
}

const OUTCOMES: Readonly<Record<string, string>> = {
  WrongExpectedRevision: 'conflict',
  EventStoreUnavailable: 'unavailable',
  InvalidEvent: 'invalid',
  AppendTooLarge: 'too-large',
  LogClosed: 'closed',
};

function outcomeOf(error: unknown): string {
  return (error instanceof Error ? OUTCOMES[error.name] : undefined) ?? 'failed';
}
