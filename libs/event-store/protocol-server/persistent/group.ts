import type { Clock } from '../../event-store.port.js';
import type { LogFile } from '../../sqlite/log-file.js';
import type { ResolvedEvent } from '../messages.js';
import type { Consumer } from './consumer.js';
import type { Delivery, NackAction } from './delivery.js';
import { groupDropped, groupFull } from './group-errors.js';
import type { GroupConfig } from './group-settings.js';
import { GroupSource } from './group-source.js';
import { GroupStreams } from './group-streams.js';

const LONGEST_LOOK_MS = 100;

/** A competing-consumer group: delivers each event of its source to one of its consumers until that one answers for it (protocol notes section 11). */
export class Group {
  readonly consumers: Consumer[] = [];
  readonly streams: GroupStreams;
  private readonly source: GroupSource;
  private readonly retries: Delivery[] = [];
  private readonly buffer: Delivery[] = [];
  /** Places read and not answered for. */
  private readonly outstanding = new Set<number>();
  private lastRead: number | undefined;
  private turn = 0;
  private sinceCheckpoint = 0;
  private checkpointed: number | undefined;
  private lastCheckpointAt: number;
  private writingCheckpoint = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly stopWatching: () => void;
  private stopped = false;
  totalItems = 0;

  constructor(
    log: LogFile,
    private readonly clock: Clock,
    readonly config: GroupConfig,
  ) {
    this.streams = new GroupStreams(log, clock, config);
    this.checkpointed = this.streams.lastCheckpoint();
    this.source = new GroupSource(log, clock, config, this.checkpointed);
    this.lastCheckpointAt = clock.now();
    this.stopWatching = log.watch(() => this.pump());
  }

  /** @throws where the group has all the consumers that it may have */
  connect(consumer: Consumer): void {
    const { source, group, settings } = this.config;
    if (settings.maxSubscriberCount > 0 && this.consumers.length >= settings.maxSubscriberCount) throw groupFull(source, group);
    this.consumers.push(consumer);
    consumer.confirm(`${source}::${group}`);
    consumer.whenGone(() => this.disconnect(consumer));
    consumer.onRoom = () => this.pump();
    this.timer ??= setInterval(
      () => this.look(),
      Math.max(5, Math.min(LONGEST_LOOK_MS, settings.messageTimeoutMs / 4, settings.checkPointAfterMs / 2)),
    );
    this.pump();
  }

  acknowledge(consumer: Consumer, ids: readonly string[]): void {
    for (const id of ids) {
      const delivery = this.take(consumer, id);
      if (delivery !== undefined) this.settle(delivery);
    }
    this.pump();
  }

  refuse(consumer: Consumer, ids: readonly string[], action: NackAction, reason: string): void {
    for (const id of ids) {
      const delivery = this.take(consumer, id);
      if (delivery === undefined) continue;
      if (action === 'retry') this.retry(delivery);
      else if (action === 'park') this.park(delivery, `Client explicitly NAK'ed message.\n${reason}`);
      else this.settle(delivery);
    }
    this.pump();
  }

  /** Delivers what is parked again, as links, before anything new. */
  async replayParked(limit: number): Promise<void> {
    const parked = this.streams.readParked(limit);
    const last = parked.at(-1)?.link ?? parked.at(-1)?.event;
    if (last === undefined) return;
    await this.streams.forgetParked(last);
    this.retries.push(...parked.map((resolved) => delivery(resolved, undefined)));
    this.pump();
  }

  /** Ends the group's work; its consumers are told, its place is kept. */
  stop(why?: Error): void {
    this.stopped = true;
    this.stopWatching();
    clearInterval(this.timer);
    for (const consumer of this.consumers.splice(0)) consumer.drop(why ?? groupDropped(this.config.source, this.config.group));
  }

  status() {
    return {
      lastKnown: this.source.lastKnown(),
      lastCheckpointed: this.checkpointed,
      buffered: this.buffer.length,
      retrying: this.retries.length,
      inFlight: this.consumers.reduce((sum, consumer) => sum + consumer.inFlight.size, 0),
      outstanding: this.outstanding.size,
    };
  }

  private pump(): void {
    while (!this.stopped) {
      const next = this.retries[0] ?? this.buffered();
      const consumer = next && this.choose(next);
      if (next === undefined || consumer === undefined) return;
      if (this.retries[0] === next) this.retries.shift();
      else this.buffer.shift();
      this.totalItems += 1;
      consumer.deliver(next, this.clock.now());
    }
  }

  private buffered(): Delivery | undefined {
    if (this.buffer.length === 0 && this.consumers.some((consumer) => consumer.hasRoom)) {
      for (const { place, resolved } of this.source.read(Math.max(1, this.config.settings.readBatchSize))) {
        this.buffer.push(delivery(resolved, place));
        this.outstanding.add(place);
        this.lastRead = place;
      }
    }
    return this.buffer[0];
  }

  private choose(next: Delivery): Consumer | undefined {
    const { strategy } = this.config.settings;
    const ready = this.consumers.filter((consumer) => consumer.hasRoom);
    if (ready.length === 0 || strategy === 'DispatchToSingle') return ready[0];
    if (strategy === 'RoundRobin') {
      for (let step = 0; step < this.consumers.length; step += 1) {
        const consumer = this.consumers[(this.turn + step) % this.consumers.length];
        if (consumer?.hasRoom !== true) continue;
        this.turn = (this.turn + step + 1) % this.consumers.length;
        return consumer;
      }
    }
    // Pinned: events of one stream go to one consumer while it is there and has room.
    const stream = (next.resolved.event ?? next.resolved.link)?.stream ?? '';
    const pinned = this.consumers[hash(stream) % Math.max(1, this.consumers.length)];
    return pinned?.hasRoom === true ? pinned : ready[0];
  }

  private take(consumer: Consumer, id: string): Delivery | undefined {
    const found = consumer.inFlight.get(id);
    consumer.inFlight.delete(id);
    return found?.delivery;
  }

  private retry(item: Delivery): void {
    if (item.retryCount >= this.config.settings.maxRetryCount) {
      this.park(item, `Reached retry count of ${this.config.settings.maxRetryCount}`);
      return;
    }
    this.retries.push({ ...item, retryCount: item.retryCount + 1 });
    this.retries.sort((a, b) => (a.place ?? -1) - (b.place ?? -1));
  }

  private park(item: Delivery, reason: string): void {
    // Settled once the link is on the disk: a crash before delivers the event again, it is never lost.
    void this.streams.park(item.resolved, reason).then(
      () => this.settle(item),
      () => this.retries.push(item),
    );
  }

  private settle({ place }: Delivery): void {
    if (place === undefined) return;
    this.outstanding.delete(place);
    this.sinceCheckpoint += 1;
    if (this.sinceCheckpoint >= this.config.settings.maxCheckpointCount) this.checkpoint();
  }

  /** Everything up to here was answered for. */
  private settledThrough(): number | undefined {
    let lowest: number | undefined;
    for (const place of this.outstanding) if (lowest === undefined || place < lowest) lowest = place;
    return lowest === undefined ? this.lastRead : lowest - 1;
  }

  private checkpoint(): void {
    const through = this.settledThrough();
    if (through === undefined || this.writingCheckpoint || through < 0 || through <= (this.checkpointed ?? -1)) return;
    this.writingCheckpoint = true;
    this.sinceCheckpoint = 0;
    this.lastCheckpointAt = this.clock.now();
    void this.streams.writeCheckpoint(through).then(
      () => {
        this.checkpointed = through;
        this.writingCheckpoint = false;
      },
      () => (this.writingCheckpoint = false),
    );
  }

  /** Now and then: deliveries that nobody answered for, and the checkpoint. */
  private look(): void {
    const now = this.clock.now();
    const { messageTimeoutMs, minCheckpointCount, checkPointAfterMs } = this.config.settings;
    if (messageTimeoutMs > 0) {
      for (const consumer of this.consumers) {
        for (const [id, { delivery: item, since }] of [...consumer.inFlight]) {
          if (now - since < messageTimeoutMs) continue;
          consumer.inFlight.delete(id);
          this.retry(item);
        }
      }
      this.pump();
    }
    if (this.sinceCheckpoint >= Math.max(1, minCheckpointCount) && now - this.lastCheckpointAt >= checkPointAfterMs) this.checkpoint();
  }

  private disconnect(consumer: Consumer): void {
    const index = this.consumers.indexOf(consumer);
    if (index === -1) return;
    this.consumers.splice(index, 1);
    for (const { delivery: item } of consumer.inFlight.values()) this.retry(item);
    consumer.inFlight.clear();
    if (this.consumers.length === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
    this.pump();
  }
}

function delivery(resolved: ResolvedEvent, place: number | undefined): Delivery {
  return { id: (resolved.link ?? resolved.event)?.eventId ?? '', place, resolved, retryCount: 0 };
}

function hash(text: string): number {
  let value = 0;
  for (let index = 0; index < text.length; index += 1) value = (value * 31 + text.charCodeAt(index)) >>> 0;
  return value;
}
