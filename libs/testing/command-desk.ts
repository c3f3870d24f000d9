import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from '../domain/commands.js';
import type { RecordedEvent } from '../domain/shared/envelope.js';
import type { StreamName } from '../domain/shared/ids.js';
import { catalog } from '../event-catalog/catalog.js';
import type { EventStore } from '../event-store/event-store.port.js';
import { openSqliteEventStore } from '../event-store/sqlite/sqlite-event-store.js';
import type { CommandContext, CommandOutcome } from '../command-handling/command.js';
import type { CommandHandling, CommandHandlingOptions } from '../command-handling/command-handling.js';
import { openCommandHandling } from '../command-handling/command-handling.js';
import { openAll } from '../privacy/opening.js';
import type { KeyStore } from '../privacy/key-store.port.js';
import { openSqliteKeyStore } from '../privacy/sqlite/sqlite-key-store.js';

/** Everything that takes commands, on the embedded stores in a folder of their own and a clock that stands still until it is told. */
export interface CommandDesk {
  readonly eventStore: EventStore;
  readonly keyStore: KeyStore;
  readonly handling: CommandHandling;
  readonly clock: { now(): number; set(at: string): void };
  /** As a second process would have it: the same stores, nothing kept in memory. */
  another(options?: Partial<CommandHandlingOptions>): CommandHandling;
  send(command: Command, context?: Partial<CommandContext>): Promise<CommandOutcome>;
  /** As the log has them. */
  recorded(stream: string): Promise<readonly RecordedEvent[]>;
  /** Type and data with personal fields opened. */
  told(stream: string): Promise<readonly { type: string; data: object }[]>;
  close(): Promise<void>;
}

export const ANN: CommandContext = { actor: { id: 'ann', kind: 'person' }, correlationId: 'a-test' };

export function openCommandDesk(at = '2020-03-02T09:00:00.000Z', options: { simulated?: boolean } = {}): CommandDesk {
  let now = Date.parse(at);
  const clock = { now: () => now, set: (instant: string) => void (now = Date.parse(instant)) };
  const folder = mkdtempSync(join(tmpdir(), 'dealtrail-desk-'));
  const keyStore = openSqliteKeyStore({ file: join(folder, 'keys.sqlite') });
  const eventStore = openSqliteEventStore({
    ...{
      file: join(folder, 'log.sqlite'),
      clock,
      checkStored: (...event: Parameters<typeof catalog.checkStored>) => catalog.checkStored(...event),
    },
    ...{ keyStoreId: keyStore.id, ...options },
  });
  const another = (more: Partial<CommandHandlingOptions> = {}): CommandHandling =>
    openCommandHandling({ eventStore, keyStore, clock, ...more });
  const handling = another();
  const recorded = async (stream: string): Promise<readonly RecordedEvent[]> => {
    const page = await eventStore.readStream(stream as StreamName);
    return page.events.map((event) => catalog.decode(event));
  };
  return {
    ...{ eventStore, keyStore, handling, clock, another, recorded },
    send: (command, context) => handling.execute(command, { ...ANN, ...context }),
    told: async (stream) =>
      openAll(
        (await recorded(stream)).map(({ type, data }) => ({ type, data })),
        keyStore,
      ),
    close: async () => {
      await eventStore.close();
      await keyStore.close();
      rmSync(folder, { recursive: true });
    },
  };
}
