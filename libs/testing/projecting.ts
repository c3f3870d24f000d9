import fc from 'fast-check';
import type { RecordedEvent } from '../domain/shared/envelope.js';
import { END_OF_TIME } from '../domain/shared/instant.js';
import type { EventStore } from '../event-store/event-store.port.js';
import type { Projection } from '../projection-engine/projection.js';
import { openProjector } from '../projection-engine/projector.js';
import { modelInUse } from '../projection-engine/versions.js';
import type { ReadStore, Row } from '../read-store/read-store.port.js';
import { rowCounts } from '../read-store/read-store.port.js';
import { historyOf } from './histories.js';
import { allRows } from './stores.js';

/** What readers can see of each model in use: of one with current rows the latest, of others all rows. */
export async function rowsSeen(
  readStore: ReadStore,
  eventStore: EventStore,
  projections: readonly Projection[],
): Promise<Record<string, Row[]>> {
  const known = Number((await eventStore.head()).position);
  const seen: Record<string, Row[]> = {};
  for (const { model, onlyLatest } of projections) {
    const inUse = await modelInUse(readStore, model);
    if (inUse === null) throw new Error(`${model.name} is not in use`);
    const rows = await allRows(readStore, inUse);
    seen[model.name] = onlyLatest === true ? rows.filter((row) => rowCounts(row, END_OF_TIME, known)) : rows;
  }
  return seen;
}

/** What one undisturbed projector makes of the log, by itself, in one page. */
export async function rowsExpected(
  eventStore: EventStore,
  emptyReadStore: ReadStore,
  projections: readonly Projection[],
): Promise<Record<string, Row[]>> {
  const alone = await openProjector({ eventStore, readStore: emptyReadStore, projections, pageEvents: { build: 1_000_000 } });
  await alone.catchUp();
  return rowsSeen(emptyReadStore, eventStore, projections);
}

/** A log of so many steps over many deals; the same for the same seed. */
export function someHistory(events: number, seed: number, deals = 40): RecordedEvent[] {
  const step = fc.record({ stream: fc.nat(999), pause: fc.nat(8), what: fc.nat(9_999), a: fc.nat(9_999), b: fc.nat(9_999) });
  return historyOf(fc.sample(step, { numRuns: events, seed }), { deals, corrections: 10 });
}

/** Until it holds; the time-out is an error that says what was waited for. */
export async function eventually(what: string, holds: () => Promise<boolean> | boolean, timeoutMs = 20_000): Promise<void> {
  const until = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > until) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}
