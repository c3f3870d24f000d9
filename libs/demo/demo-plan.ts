import type { EpochMs } from '../domain/shared/instant.js';
import { Customers } from './customers.js';
import type { Story, World } from './world.js';
import { dealStory } from './deal-story.js';
import type { DemoStep } from './demo-step.js';
import { Firm } from './firm.js';
import { forecasts, quotas } from './quotas-and-forecasts.js';
import { Random } from './random.js';
import { SalesBook } from './sales-book.js';
import { TimeHeap } from './time-heap.js';
import { DAY, atWork, inflow, startOfDay } from './working-time.js';

export interface DemoPlanOptions {
  /** How many requests come in; a duplicate of one now and then comes on top. */
  readonly deals: number;
  readonly seed: number;
  /** The history ends before this. */
  readonly endsAt: EpochMs;
  /** Whether the revision half way takes a stage out. A log that records at its own time refuses that in the past. */
  readonly removesStage: boolean;
}

const YEARS = 3;

/** The first instant of the history: three years before its end, the start of a day. */
export function demoBegins(endsAt: EpochMs): EpochMs {
  return startOfDay(endsAt) - YEARS * 365 * DAY;
}

/** When requests come in, spread over the days as life has it: exactly `deals` of them, in time order. */
function* arrivals({ deals, seed, endsAt }: DemoPlanOptions): Generator<EpochMs, void, void> {
  const begins = demoBegins(endsAt);
  const random = new Random(seed, 4);
  const days: EpochMs[] = [];
  for (let day = begins + DAY; day < startOfDay(endsAt); day += DAY) days.push(day);
  const total = days.reduce((sum, day) => sum + inflow(day, begins), 0);
  let [sum, come] = [0, 0];
  for (const day of days) {
    sum += inflow(day, begins);
    const due = Math.round((deals * sum) / total);
    const times = Array.from({ length: due - come }, () => atWork(day + random.between(7, 17) * 3_600_000, random));
    come = due;
    yield* times.sort((a, b) => a - b);
  }
}

function* firmStory(firm: Firm): Story {
  yield* firm.steps;
}

/** Every story of the firm, merged into one history in the order in which it was entered. What is under way is held, never the whole. */
export function* demoPlan(options: DemoPlanOptions): Generator<DemoStep, void, void> {
  const { seed, endsAt } = options;
  const begins = demoBegins(endsAt);
  const heap = new TimeHeap<{ readonly story: Story; readonly step: DemoStep }>();
  const goOn = (story: Story): void => {
    const next = story.next();
    if (next.done !== true && next.value.at < endsAt) heap.push(next.value.at, { story, step: next.value });
  };
  const firm = new Firm({ ...options, begins });
  const world: World = { seed, begins, endsAt, firm, customers: new Customers(), book: new SalesBook(), spawn: goOn };
  goOn(firmStory(firm));
  goOn(quotas(world));
  goOn(forecasts(world));

  const coming = arrivals(options);
  let arrival = coming.next();
  let number = 0;
  for (;;) {
    const nextAt = heap.nextAt() ?? Infinity;
    if (arrival.done !== true && arrival.value <= nextAt) {
      number += 1;
      goOn(dealStory(world, number, arrival.value));
      arrival = coming.next();
      continue;
    }
    const next = heap.pop();
    if (next === undefined) return;
    yield next.step;
    goOn(next.story);
  }
}
