/** `reached`: the rows are there. `late`: not within the time. `parked`: they are not coming, the stream of that position is held back. */
export type Waited = 'reached' | 'late' | 'parked';

interface Waiter {
  readonly arrived: () => boolean;
  readonly wake: (arrived: boolean) => void;
}

/** Those who wait for the checkpoints to move. */
export class Waiters {
  private readonly waiting = new Set<Waiter>();

  /** @param hurry called when somebody begins to wait */
  constructor(private readonly hurry: () => void = () => undefined) {}

  get some(): boolean {
    return this.waiting.size > 0;
  }

  /** Resolves true as soon as `arrived` says so at a `moved`, false at the time-out. */
  async until(arrived: () => boolean, timeoutMs: number): Promise<boolean> {
    if (arrived()) return true;
    if (timeoutMs <= 0) return false;
    return new Promise((resolve) => {
      const timer = timeoutMs === Number.POSITIVE_INFINITY ? undefined : setTimeout(() => waiter.wake(false), timeoutMs);
      const waiter: Waiter = {
        arrived,
        wake: (there) => {
          clearTimeout(timer);
          this.waiting.delete(waiter);
          resolve(there);
        },
      };
      this.waiting.add(waiter);
      this.hurry();
    });
  }

  moved(): void {
    for (const waiter of this.waiting) if (waiter.arrived()) waiter.wake(true);
  }
}
