import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Caller } from '../../libs/event-store/protocol-server/access.js';
import { EventMessage } from '../../libs/event-store/protocol-server/event-message.js';
import { shared, streams } from '../../libs/event-store/protocol-server/generated.js';
import type { Streams } from '../../libs/event-store/protocol-server/generated.js';
import { LivePages } from '../../libs/event-store/protocol-server/live-pages.js';
import { answerRead } from '../../libs/event-store/protocol-server/read-call.js';
import { logPages } from '../../libs/event-store/log-pages.js';
import { catalog } from '../../libs/event-catalog/catalog.js';
import { openSqliteEventStore } from '../../libs/event-store/sqlite/sqlite-event-store.js';
import { makeLog } from '../projection/made-log.js';

export interface CaughtUp {
  /** Through the port, page by page. */
  readonly port: number;
  /** As the protocol server does for a subscriber: read, made into messages, serialised; without a line and a client. */
  readonly protocol: number;
  /** Megabytes of live heap between the first fifth and the end of that. */
  readonly grown: number;
}

/** A subscriber to everything that catches up in this process: events a second of processor time. */
export async function catchUpInProcess(events: number): Promise<CaughtUp> {
  const dir = mkdtempSync(join(tmpdir(), 'dealtrail-subscriber-bench-'));
  const clock = { now: Date.now };
  const store = openSqliteEventStore({
    ...{ file: join(dir, 'log.db'), clock, keyStoreId: 'bench-keys', simulated: true },
    checkStored: (type, schemaVersion, data, metadata) => catalog.checkStored(type, schemaVersion, data, metadata),
  });
  try {
    await makeLog(store, events);
    const port = await rate(events, async () => {
      let seen = 0;
      for await (const page of logPages(store, { limit: 500 })) seen += page.length;
      if (seen < events) throw new Error(`${seen} of ${events} events seen`);
    });
    const heap: number[] = [];
    let sent = 0;
    let call: Subscriber;
    const protocol = await rate(events, async () => {
      call = new Subscriber((message) => {
        message.serializeBinary();
        if (!(message instanceof EventMessage)) return;
        sent += 1;
        if (sent === Math.floor(events / 5) || sent === events) heap.push(liveHeap());
        if (sent === events) call.leave();
      });
      const parts = { log: store.log, live: new LivePages(store.log), clock, caller: new Caller(undefined) };
      await answerRead(call as unknown as Parameters<typeof answerRead>[0], parts); // the part of a call that it uses
    });
    return { port, protocol, grown: ((heap[1] ?? NaN) - (heap[0] ?? NaN)) / 1_048_576 };
  } finally {
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

class Subscriber extends EventEmitter {
  cancelled = false;
  readonly request: Streams.ReadReq;

  constructor(private readonly take: (message: Streams.ReadResp) => void) {
    super();
    const { Options } = streams.ReadReq;
    const options = new Options()
      .setAll(new Options.AllOptions().setStart(new shared.Empty()))
      .setSubscription(new Options.SubscriptionOptions())
      .setNoFilter(new shared.Empty())
      .setUuidOption(new Options.UUIDOption().setString(new shared.Empty()));
    this.request = new streams.ReadReq().setOptions(options);
  }

  write(message: Streams.ReadResp): boolean {
    this.take(message);
    return true;
  }

  leave(): void {
    this.cancelled = true;
    this.emit('cancelled');
  }
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function liveHeap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** By the processor's time of this process: others on the machine cost it nothing. */
async function rate(events: number, work: () => Promise<void>): Promise<number> {
  const from = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(from);
  return events / ((user + system) / 1_000_000);
}
