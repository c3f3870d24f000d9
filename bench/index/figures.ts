export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly n: number;
}

/** Of milliseconds. */
export function spread(times: readonly number[]): Spread {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  return { p50: at(0.5), p99: at(0.99), n: sorted.length };
}

export function ms(value: number): string {
  return `${value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(3)} ms`;
}

export function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

const SLOW_MS = 100;

/** Each question once to warm up and once by the clock; a peer slower than 100 ms is told by five runs (design section 12). */
export async function timesOf<Q>(questions: readonly Q[], ask: (question: Q) => Promise<unknown>): Promise<Spread> {
  const times: number[] = [];
  const [first] = questions;
  if (first !== undefined) await ask(first);
  for (const question of questions) {
    const began = performance.now();
    await ask(question);
    times.push(performance.now() - began);
    if (times.length >= 5 && spread(times).p50 > SLOW_MS) break;
  }
  return spread(times);
}
