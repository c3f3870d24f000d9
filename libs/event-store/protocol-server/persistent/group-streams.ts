import { randomUUID } from 'node:crypto';
import type { Clock } from '../../event-store.port.js';
import type { LogFile } from '../../sqlite/log-file.js';
import type { RawEvent } from '../../sqlite/log-reads.js';
import { LINK_TYPE } from '../link-streams.js';
import { resolve } from '../links.js';
import type { ResolvedEvent } from '../messages.js';
import { ANY } from '../refusals.js';
import { metastreamOf, readVisible, viewStream } from '../stream-view.js';
import { softDelete } from '../write-rules.js';
import { ALL } from './group-settings.js';
import type { GroupConfig } from './group-settings.js';

const CHECKPOINT_TYPE = 'SubscriptionCheckpoint';

/** The streams that a group keeps beside its source: where it has come to, and what it could not deliver. */
export class GroupStreams {
  readonly parked: string;
  readonly checkpoints: string;

  constructor(
    private readonly log: LogFile,
    private readonly clock: Clock,
    private readonly config: GroupConfig,
  ) {
    const name = `$persistentsubscription-${config.source}::${config.group}`;
    this.parked = `${name}-parked`;
    this.checkpoints = `${name}-checkpoint`;
  }

  /** The place up to which everything was taken care of; undefined before the first checkpoint. */
  lastCheckpoint(): number | undefined {
    return this.log.read((reads) => {
      const view = viewStream(reads, this.checkpoints);
      const event = view.softDeleted
        ? undefined
        : readVisible(reads, view, Number.MAX_SAFE_INTEGER - 1, true, 1, this.clock.now()).events[0];
      if (event === undefined) return undefined;
      const text = String(JSON.parse(textOf(event)));
      const place = Number(text.startsWith('C:') ? text.slice(2, text.indexOf('/')) : text);
      return Number.isSafeInteger(place) ? place : undefined;
    });
  }

  async writeCheckpoint(place: number): Promise<void> {
    const data = JSON.stringify(placeText(this.config.source, place));
    const event = { eventId: randomUUID(), type: CHECKPOINT_TYPE, json: true, data, metadata: new Uint8Array() };
    await this.log.perform((transaction) => transaction.append(this.checkpoints, [event]));
  }

  /** Keeps a link to what could not be delivered, with the reason. */
  async park({ event, link }: ResolvedEvent, reason: string): Promise<void> {
    const target = event ?? link;
    if (target === undefined) return;
    const metadata = JSON.stringify({ added: new Date(this.clock.now()).toISOString(), reason });
    const data = new TextEncoder().encode(`${target.revision}@${target.stream}`);
    const record = { eventId: randomUUID(), type: LINK_TYPE, json: false, data, metadata };
    await this.log.perform((transaction) => transaction.append(this.parked, [record]));
  }

  /** The parked events still to be replayed, oldest first. */
  readParked(limit: number): readonly ResolvedEvent[] {
    return this.log.read((reads) => {
      const view = viewStream(reads, this.parked);
      const found = readVisible(reads, view, 0, false, Math.min(limit, Number.MAX_SAFE_INTEGER), this.clock.now());
      return found.events.map((link) => resolve(reads, link, true, this.clock.now()));
    });
  }

  parkedCount(): number {
    return this.log.read((reads) => {
      const view = viewStream(reads, this.parked);
      return view.softDeleted ? 0 : Math.max(0, view.lastRevision - view.firstVisible + 1);
    });
  }

  /** What was replayed is truncated from the parked stream. */
  async forgetParked(through: RawEvent): Promise<void> {
    const event = {
      eventId: randomUUID(),
      type: '$metadata',
      json: true,
      data: JSON.stringify({ $tb: through.revision + 1 }),
      metadata: new Uint8Array(),
    };
    await this.log.perform((transaction) => transaction.append(metastreamOf(this.parked), [event]));
  }

  /** A group of the same name made later begins anew. */
  async forget(): Promise<void> {
    await this.log.perform((transaction) => {
      for (const stream of [this.checkpoints, this.parked]) {
        if (transaction.stream(stream).revision >= 0) softDelete(transaction, stream, ANY);
      }
    });
  }
}

/** As the server's own clients read it: a revision, or `C:<commit>/P:<prepare>`. */
export function placeText(source: string, place: number): string {
  return source === ALL ? `C:${place}/P:${place}` : String(place);
}

function textOf(event: RawEvent): string {
  return typeof event.data === 'string' ? event.data : Buffer.from(event.data).toString('utf8');
}
