import type { ServerDuplexStream } from '@grpc/grpc-js';
import { persistent, shared } from '../generated.js';
import type { Persistent } from '../generated.js';
import { fillRecordedEvent } from '../messages.js';
import type { UuidForm } from '../messages.js';
import { Outgoing } from '../outgoing.js';
import { serviceError } from '../refusals.js';
import type { Delivery } from './delivery.js';

export type PersistentCall = ServerDuplexStream<Persistent.ReadReq, Persistent.ReadResp>;

/** One connected reader of a group: at most `bufferSize` deliveries are with it at a time, and fewer where it takes them more slowly than they are sent. */
export class Consumer {
  /** What it has and has not answered for, by the id it answers with. */
  readonly inFlight = new Map<string, { readonly delivery: Delivery; readonly since: number }>();
  delivered = 0;
  /** Called when there is room again for one that was full. */
  onRoom: () => void = () => undefined;
  private readonly out: Outgoing<Persistent.ReadResp>;

  constructor(
    private readonly call: PersistentCall,
    readonly bufferSize: number,
    private readonly uuids: UuidForm,
    readonly connectionName: string,
    readonly peer: string,
  ) {
    this.out = new Outgoing<Persistent.ReadResp>(call);
  }

  get hasRoom(): boolean {
    return this.inFlight.size < this.bufferSize && !this.out.isFull && !this.out.closed;
  }

  whenGone(wake: () => void): void {
    this.out.whenClosed(wake);
  }

  confirm(subscriptionId: string): void {
    const confirmation = new persistent.ReadResp.SubscriptionConfirmation().setSubscriptionId(subscriptionId);
    void this.out.send(new persistent.ReadResp().setSubscriptionConfirmation(confirmation));
  }

  deliver(delivery: Delivery, now: number): void {
    this.inFlight.set(delivery.id, { delivery, since: now });
    this.delivered += 1;
    void this.out.send(this.message(delivery)).then(() => this.onRoom());
  }

  drop(why: Error): void {
    this.call.emit('error', serviceError(why));
  }

  private message({ resolved, retryCount }: Delivery): Persistent.ReadResp {
    const { ReadEvent } = persistent.ReadResp;
    const message = new ReadEvent();
    const { event, link } = resolved;
    if (event !== undefined) message.setEvent(fillRecordedEvent(new ReadEvent.RecordedEvent(), event, this.uuids));
    if (link !== undefined) message.setLink(fillRecordedEvent(new ReadEvent.RecordedEvent(), link, this.uuids));
    const place = link ?? event;
    if (place === undefined) message.setNoPosition(new shared.Empty());
    else message.setCommitPosition(String(place.position));
    return new persistent.ReadResp().setEvent(message.setRetryCount(retryCount));
  }
}
