import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { DealId, PipelineId } from '../../libs/domain/shared/ids.js';
import { parsePosition, positionNumber } from '../../libs/domain/shared/position.js';
import { Dimensions } from '../../projections/answers/dimensions.js';
import type { Dealtrail } from '../wiring/open-dealtrail.js';

/** A version comes into force at an instant that nobody may be there to see: a server looks once a minute. */
const LOOK_EVERY_MS = 60_000;
const PAGE = 1_000;
const UNDER_WAY = ['open', 'postponed'] as const;
const NOBODY = { readPersonal: false };

type Parts = Pick<Dealtrail, 'answers' | 'readStore' | 'commands'>;

/** Deals under way in a stage, as far as the read models have come: whether one really stands there is decided on its own stream. */
async function* dealsIn({ answers }: Parts, pipeline: string, stage: string, knownAt: string): AsyncGenerator<DealId> {
  const question = { filters: { status: UNDER_WAY, pipeline: [pipeline], stage: [stage] }, limit: PAGE, knownAt };
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await answers.deals(cursor === undefined ? question : { ...question, cursor }, NOBODY);
    for (const { deal } of page.deals) yield deal as DealId; // a row's deal
    cursor = page.next;
  }
}

/**
 * Where a version in force has taken stages out, moves the deals that still stand there to where it sends them (design section 4). May be stopped anywhere and begun again, and by many
 * processes at once. `before`: groups that were looked at in vain, so that deals whose stage no version ever had are not read again and again.
 * @returns how many were moved
 */
export async function moveOutOfRemovedStages(parts: Parts, before = new Set<string>(), signal?: AbortSignal): Promise<number> {
  const { answers, readStore, commands } = parts;
  const { rows, basis } = await answers.pipeline({ groupBy: ['pipeline', 'stage'], filters: { status: UNDER_WAY } }, NOBODY);
  const known = parsePosition(basis.position);
  if (rows.length === 0 || known === undefined) return 0;
  const view = await new Dimensions(readStore).view(Date.parse(basis.asOf), positionNumber(known), ['process']);
  let moved = 0;
  for (const { group, deals } of rows) {
    const { pipeline, stage } = group;
    if (typeof pipeline !== 'string' || typeof stage !== 'string' || view.values('process', pipeline) === undefined) continue;
    if (view.stageIndex(pipeline, stage) !== undefined) continue;
    const seen = JSON.stringify([pipeline, stage, deals, basis.processVersions]);
    if (before.has(seen)) continue;
    const ids = dealsIn(parts, pipeline, stage, `position:${basis.position}`);
    const done = await commands.reassignRemovedStages(pipeline as PipelineId, ids, signal); // a row's pipeline
    if (done.moved === 0) before.add(seen);
    moved += done.moved;
  }
  return moved;
}

/** Looks at once and then again and again, until it is stopped. */
export function watchRemovedStages(parts: Parts, log: Logger, { everyMs = LOOK_EVERY_MS } = {}): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const watch = async (): Promise<void> => {
    const before = new Set<string>();
    while (!signal.aborted) {
      try {
        const moved = await moveOutOfRemovedStages(parts, before, signal);
        if (moved > 0) log.info({ deals: moved }, 'deals were moved out of stages that their process no longer has');
      } catch (error) {
        if (!signal.aborted) log.warn({ err: error }, 'deals in removed stages could not be looked for; it is tried again');
      }
      await sleep(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  };
  const watching = watch();
  return {
    async stop() {
      stopping.abort();
      await watching;
    },
  };
}
