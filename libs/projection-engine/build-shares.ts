import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { catalog } from '../event-catalog/catalog.js';
import type { EventStore } from '../event-store/event-store.port.js';
import type { ReadStore } from '../read-store/read-store.port.js';
import type { BuildJob } from './build-away.js';
import { backoff, isTransient } from './faults.js';
import { Lane } from './lane.js';
import type { Member } from './member.js';
import type { ProjectorNote } from './notes.js';
import { openMember } from './open-member.js';
import type { Projection } from './projection.js';
import { builtModel } from './versions.js';

export interface BuildOptions {
  readonly eventStore: EventStore;
  readonly readStore: ReadStore;
  readonly projections: readonly Projection[];
  readonly job: BuildJob;
  /** Events of the first page; default 500. */
  readonly pageEvents?: number;
  readonly cachedStreams?: number;
  /** Of each page that was committed, and of troubles on the way. */
  readonly note?: (note: ProjectorNote) => void;
  readonly signal?: AbortSignal;
}

/** What a page should take: pages are made larger or smaller towards it. Others commit to the same store; the larger a page, the more of its rows are complete when they are written. */
const PAGE_MS = 25;
const PAGE_ALONE_MS = 400;
const SMALLEST_PAGE = 100;
const LARGEST_PAGE = 10_000;
const ATTEMPTS = 10;

/**
 * Builds the partitions of a job up to the end of the log as it is then. One that stops at an event is left there, and the others go on.
 * @throws where an event stops all of them, or the store stays away
 */
export async function buildShares(options: BuildOptions): Promise<void> {
  const { eventStore, readStore, job, signal } = options;
  const pageMs = job.alone ? PAGE_ALONE_MS : PAGE_MS;
  const members: Member[] = [];
  for (const { name, version, partitions, shares } of job.models) {
    const projection = options.projections.find(({ model }) => model.name === name);
    if (projection === undefined) throw new RangeError(`no projection ${name}`);
    const model = builtModel(projection.model, version);
    for (const { partition, epoch } of shares) {
      const place = { projection, model, partition, partitions, epoch, state: 'building' as const };
      members.push(await openMember({ eventStore, readStore, now: Date.now }, place));
    }
  }
  const lane = new Lane(
    {
      ...{ eventStore, readStore, now: Date.now, attempts: 3, backoffMs: 20, cachedStreams: options.cachedStreams ?? 20_000 },
      decode: (stored) => catalog.decode(stored),
      sleep: (ms) => sleep(ms),
      policy: () => 'stop',
      note: options.note ?? (() => undefined),
    },
    members,
  );
  let page = options.pageEvents ?? 500;
  for (let attempt = 0; signal?.aborted !== true;) {
    const began = performance.now();
    try {
      const { end } = await lane.step(page);
      if (members.every(({ state }) => state === 'stopped')) throw new Error(members[0]?.error ?? 'nothing to build');
      if (end) return;
      attempt = 0;
    } catch (error) {
      attempt += 1;
      if (!isTransient(error) || attempt === ATTEMPTS) throw error;
      await sleep(backoff(attempt, 50, 2_000));
    }
    const took = Math.max(1, performance.now() - began);
    page = Math.round(Math.min(LARGEST_PAGE, Math.max(SMALLEST_PAGE, page * Math.min(2, Math.max(0.5, pageMs / took)))));
    await turn();
  }
}
