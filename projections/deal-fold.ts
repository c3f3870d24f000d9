import type { DealFact } from '../libs/domain/deal/deal.events.js';
import type { Deal } from '../libs/domain/deal/deal.evolve.js';
import { evolve } from '../libs/domain/deal/deal.evolve.js';
import type { Fact } from '../libs/domain/shared/history.js';
import type { RecordedEvent } from '../libs/domain/shared/envelope.js';

let latest: { readonly before: Deal; readonly source: RecordedEvent; readonly after: Deal } | undefined;

/**
 * `evolve`, for projections that go through the log together: each folds the same deal, event by event, and all but the first get the state that it has made. States are values, so that they may
 * share it; one step is remembered. A recorded event brings one fact, so the event tells which.
 */
export function evolveDeal(before: Deal, fact: Fact<DealFact>): Deal {
  if (latest !== undefined && latest.source === fact.source && latest.before === before) return latest.after;
  const after = evolve(before, fact);
  latest = { before, source: fact.source, after };
  return after;
}
