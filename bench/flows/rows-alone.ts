import type { EventStore } from '../../libs/event-store/event-store.port.js';
import type { Checkpoint, ReadModel, ReadStore } from '../../libs/read-store/read-store.port.js';
import { openSqliteReadStore } from '../../libs/read-store/sqlite/sqlite-read-store.js';
import { pipelineSnapshotModel } from '../../projections/pipeline-snapshot/pipeline-snapshot.js';

async function* nothing(): AsyncIterable<never> {
  // Of every other model there are no rows.
}

/**
 * The stores of answers where there are the rows of deals and nothing else, as bench/index makes them: every other model is as far and empty, and the log knows no event but the last.
 * @throws TypeError where the store has no such rows
 */
export async function openRowsAlone(file: string): Promise<{ eventStore: EventStore; readStore: ReadStore }> {
  const rows = openSqliteReadStore({ file, readOnly: true });
  const checkpoint = await rows.lowestCheckpoint(pipelineSnapshotModel);
  if (checkpoint === null) throw new TypeError(`${file} has no rows of deals`);
  const last: Checkpoint = checkpoint;
  const isOfDeals = (model: ReadModel): boolean => model.name === pipelineSnapshotModel.name;
  const readStore = new Proxy(rows, {
    get(store, name) {
      if (name === 'lowestCheckpoint') return () => Promise.resolve(last);
      if (name === 'currentVersion') return () => Promise.resolve(1);
      if (name === 'rowsAsOf' || name === 'rowsKnownAt')
        return (model: ReadModel, ...rest: [never]) => (isOfDeals(model) ? store[name](model, ...rest) : nothing());
      const member: unknown = Reflect.get(store, name);
      return typeof member === 'function' ? (member.bind(store) as unknown) : member;
    },
  });
  const event = { position: last.position, recordedAt: last.recordedAt };
  const eventStore = {
    identity: { logId: last.logId },
    eventAt: () => Promise.resolve(event),
    positionAt: () => Promise.resolve(last.position),
    readAll: () => Promise.resolve({ events: [event], end: true }),
  } as unknown as EventStore; // what answers ask of a log
  return { eventStore, readStore };
}
