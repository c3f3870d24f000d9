import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds from the instant at which each was due, late starts included. */
export interface OpenLoop {
  readonly times: readonly number[];
  readonly failures: readonly unknown[];
}

/**
 * Starts `act` by schedule, so many a second, whether or not earlier ones have come back, and counts each from the instant at which it was due: a server that stands
 * still is seen by everyone who would have come meanwhile. (A closed loop of clients who wait for their answers would not see it.)
 */
export async function openLoop(perSecond: number, seconds: number, act: (number: number) => Promise<void>): Promise<OpenLoop> {
  const began = performance.now();
  const count = Math.max(1, Math.round(perSecond * seconds));
  const times: number[] = [];
  const failures: unknown[] = [];
  const running = new Set<Promise<void>>();
  for (let number = 0; number < count;) {
    const now = performance.now();
    for (; number < count && began + (number * 1_000) / perSecond <= now; number += 1) {
      const due = began + (number * 1_000) / perSecond;
      const one = act(number).then(
        () => void times.push(performance.now() - due),
        (problem: unknown) => void failures.push(problem),
      );
      running.add(one);
      void one.finally(() => running.delete(one));
    }
    if (number < count) await delay(Math.max(1, began + (number * 1_000) / perSecond - performance.now()));
  }
  await Promise.all(running);
  return { times, failures };
}
