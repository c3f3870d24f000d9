import type { CommandHandling } from '../../command-handling/command-handling.js';
import type { DealFact } from '../../domain/deal/deal.events.js';
import type { Deal } from '../../domain/deal/deal.evolve.js';
import { evolve, noDeal, pipelinePartOf } from '../../domain/deal/deal.evolve.js';
import { factsAsOf } from '../../domain/shared/history.js';
import { idOf } from '../../domain/shared/ids.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import type { EventStore } from '../../event-store/event-store.port.js';
import { logPages } from '../../event-store/log-pages.js';
import type { SeenDeals } from './seen-deals.js';

const PAGE = 1_000;

export interface GoneSearch {
  readonly eventStore: Pick<EventStore, 'readAll'>;
  readonly commands: Pick<CommandHandling, 'history'>;
  readonly source: string;
  readonly contains: 'all' | 'open';
  /** The snapshot's instant. */
  readonly at: EpochMs;
}

/** Deals of the source that were there at the snapshot's instant, as known now, and are not in it. They are told, never closed by guess. */
export async function findGoneDeals(
  { eventStore, commands, source, contains, at }: GoneSearch,
  seen: Pick<SeenDeals, 'has'>,
  tell: (reason: string) => void,
): Promise<void> {
  const filter = { categories: ['deal'], types: ['RequestRegistered'] } as const;
  for await (const registered of logPages(eventStore, { limit: PAGE, filter })) {
    for (const { stream } of registered) {
      const id = idOf(stream);
      if (!id.startsWith(`${source}-`) || seen.has(id)) continue;
      const events = await commands.history(stream);
      const last = events.at(-1);
      if (last === undefined) continue;
      const deal = factsAsOf<DealFact>(events, last.position, at).reduce<Deal>(evolve, noDeal);
      if (deal.status === 'none') continue;
      const open = deal.status === 'open' || deal.status === 'postponed' || deal.status === 'requested' || deal.status === 'contacted';
      if (!open && contains === 'open') continue;
      const stage = open ? pipelinePartOf(deal)?.stageId : undefined;
      tell(`deal "${id}" is not in the file; recorded as ${deal.status}${stage === undefined ? '' : ` in ${stage}`}`);
    }
  }
}
