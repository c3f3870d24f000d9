import { timeOrderedIds } from '../../libs/command-handling/ids.js';
import { findDemo } from '../../libs/demo/demo-record.js';
import type { DemoReport } from '../../libs/demo/run-demo.js';
import { demoEndsAt, runDemo } from '../../libs/demo/run-demo.js';
import { isoInstant } from '../../libs/domain/shared/instant.js';
import type { Dealtrail } from '../wiring/open-dealtrail.js';
import { bringUp } from './bring-up.js';
import type { OnProgress } from './operation.js';

export interface DemoWork {
  readonly deals: number;
  readonly seed: number;
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal;
}

export interface DemoAnswer extends Omit<DemoReport, 'endsAt'> {
  readonly report: 'demo';
  readonly endsAt: string;
}

export const DEFAULT_SEED = 7;

/** Tells the demo company's history, or the rest of it, and returns when the read models show it. @throws DemoRefused, and what the stores throw */
export async function loadDemo(dealtrail: Dealtrail, { deals, seed, onProgress, signal }: DemoWork): Promise<DemoAnswer> {
  const { eventStore, commands, clock } = dealtrail;
  const report = await runDemo({
    ...{ eventStore, commands, deals, seed },
    ids: timeOrderedIds,
    endsAt: demoEndsAt(clock.real.now()),
    ...(clock.demo === undefined ? {} : { clock: clock.demo }),
    onProgress: (progress) => onProgress({ work: 'demo', deals: progress.deals, of: progress.of, events: progress.events }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (report.finished) await bringUp(dealtrail, onProgress);
  return { report: 'demo', ...report, endsAt: isoInstant(report.endsAt) };
}

/** Finishes a demo that was interrupted: nothing else is appended before that. Undefined where there is none to finish. */
export async function finishDemo(dealtrail: Dealtrail, onProgress: OnProgress, signal?: AbortSignal): Promise<DemoAnswer | undefined> {
  const record = await findDemo(dealtrail.eventStore);
  if (record.state !== 'unfinished') return undefined;
  return loadDemo(dealtrail, { deals: record.deals, seed: record.seed, onProgress, ...(signal === undefined ? {} : { signal }) });
}
