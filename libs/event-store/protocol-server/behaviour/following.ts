import type { EventEmitter } from 'node:events';
import { thrown } from './probe.js';

export interface Following {
  readonly log: unknown[];
  until(condition: (log: readonly unknown[]) => boolean): Promise<void>;
  end(): Promise<unknown[]>;
}

/** Writes down what a subscription brings, in order. */
export function following(subscription: { unsubscribe(): Promise<void> }, show: (resolved: Delivered) => unknown): Following {
  const log: unknown[] = [];
  let wake: () => void = () => undefined;
  const note = (entry: unknown): void => {
    log.push(entry);
    wake();
  };
  // Every subscription of the client is an emitter of these events; their overloads fit no common type.
  const emitter = subscription as unknown as EventEmitter;
  emitter.on('confirmation', () => note('confirmation'));
  emitter.on('caughtUp', () => note('caughtUp'));
  emitter.on('data', (resolved: Delivered) => note(show(resolved)));
  emitter.on('error', (error: Parameters<typeof thrown>[0]) => note({ error: thrown(error) }));
  return {
    log,
    until: async (condition) => {
      while (!condition(log)) await new Promise<void>((resolve) => (wake = resolve));
    },
    end: async () => {
      await subscription.unsubscribe();
      return [...log, 'end'];
    },
  };
}

export interface Delivered {
  readonly event?: { readonly streamId: string; readonly revision: bigint; readonly type: string };
  readonly retryCount?: number;
}

/** Where an event stands, in short. */
export const place = ({ event }: Delivered): string => `${event?.streamId}@${event?.revision}`;
