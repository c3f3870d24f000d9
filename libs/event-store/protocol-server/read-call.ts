import { randomUUID } from 'node:crypto';
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { Clock } from '../event-store.port.js';
import type { LogFile } from '../sqlite/log-file.js';
import type { Caller } from './access.js';
import { streams } from './generated.js';
import type { Streams } from './generated.js';
import { LINK_TYPE, linksAreThere } from './link-streams.js';
import type { LivePages } from './live-pages.js';
import { resolve } from './links.js';
import { readEvent, streamIdentifier } from './messages.js';
import type { ResolvedEvent } from './messages.js';
import { Outgoing } from './outgoing.js';
import { readRequestOf } from './read-options.js';
import type { AllRead, StreamRead } from './read-options.js';
import { StreamDeleted } from './refusals.js';
import { TOMBSTONE, isMetastream, metastreamOf, originalOf, readVisible, viewStream } from './stream-view.js';
import type { StreamView } from './stream-view.js';

type ReadCall = ServerWritableStream<Streams.ReadReq, Streams.ReadResp>;

/** What the call works with. */
export interface ReadParts {
  readonly log: LogFile;
  readonly live: LivePages;
  readonly clock: Clock;
  readonly caller: Caller;
}

/** Events read from the file at a time; between two pages other calls have their turn. */
const PAGE = 256;

/** Streams.Read: a read that ends, or a subscription that does not. Resolves when the call has been answered in full. */
export async function answerRead(call: ReadCall, { log, live, clock, caller }: ReadParts): Promise<void> {
  const request = readRequestOf(call.request);
  const reader = new Reader(new Outgoing<Streams.ReadResp>(call), log, live, clock, caller);
  if (request.kind === 'all') caller.demand(log, 'read', '$all');
  else await linksAreThere(log, request.stream);
  if (request.count === undefined) await (request.kind === 'stream' ? reader.subscribeStream(request) : reader.subscribeAll(request));
  else if (request.kind === 'stream') await reader.readStream(request, request.count);
  else await reader.readAll(request, request.count);
}

class Reader {
  constructor(
    private readonly out: Outgoing<Streams.ReadResp>,
    private readonly log: LogFile,
    private readonly live: LivePages,
    private readonly clock: Clock,
    private readonly caller: Caller,
  ) {}

  async readStream(request: StreamRead, count: number): Promise<void> {
    const view = this.view(request.stream);
    if (view.lastRevision === -1 || view.softDeleted) {
      const notFound = new streams.ReadResp.StreamNotFound().setStreamIdentifier(streamIdentifier(request.stream));
      return this.out.send(new streams.ReadResp().setStreamNotFound(notFound));
    }
    const start = request.from === 'start' ? 0 : request.from === 'end' ? TOMBSTONE - 1 : request.from;
    const tells = request.compatibility >= 1;
    if (tells && !request.backwards && start < view.firstVisible) {
      await this.out.send(new streams.ReadResp().setFirstStreamPosition(String(view.firstVisible)));
    }
    let left = count;
    for (let next: number | undefined = start; next !== undefined && left > 0 && !this.out.closed;) {
      const from: number = next;
      const page = this.log.read((reads) => readVisible(reads, view, from, request.backwards, Math.min(PAGE, left), this.clock.now()));
      for (const event of page.events) await this.sendEvent(event, request);
      left -= page.events.length;
      next = page.next;
    }
    if (tells) await this.out.send(new streams.ReadResp().setLastStreamPosition(String(view.lastRevision)));
  }

  async readAll(request: AllRead, count: number): Promise<void> {
    const { backwards, filter } = request;
    const end = this.log.last().position;
    // Inclusive forwards, strictly before backwards.
    let after = backwards || request.from === 'start' ? 0 : request.from === 'end' ? end : request.from - 1;
    let through = !backwards || request.from === 'end' ? end : request.from === 'start' ? 0 : Math.min(end, request.from - 1);
    for (let left = count; left > 0 && after < through && !this.out.closed;) {
      const limit = filter === undefined ? Math.min(PAGE, left) : PAGE;
      const page = this.log.read((reads) => reads.readRange({ after, through, backwards, limit }));
      for (const event of page) {
        if (filter !== undefined && !filter.matches(event)) continue;
        await this.sendEvent(event, request);
        left -= 1;
        if (left === 0) break;
      }
      const last = page.at(-1);
      if (last === undefined) break;
      if (backwards) through = last.position - 1;
      else after = last.position;
    }
  }

  async subscribeStream(request: StreamRead): Promise<void> {
    const { stream } = request;
    let view = this.view(stream);
    await this.confirm();
    let next = request.from === 'start' ? 0 : request.from === 'end' ? view.lastRevision + 1 : request.from + 1;
    let toldCaughtUp = false;
    let seen: string | undefined;
    await this.follow(async () => {
      const state = this.stateOf(view);
      // Most commits are of other streams.
      if (state !== undefined && state === seen) return;
      seen = state;
      view = this.view(stream);
      for (let more = true; more && !this.out.closed;) {
        const page = this.log.read((reads) => readVisible(reads, view, next, false, PAGE, this.clock.now()));
        for (const event of page.events) {
          await this.sendEvent(event, request);
          next = event.revision + 1;
        }
        more = page.next !== undefined;
        next = Math.max(next, page.next ?? 0);
      }
      if (!toldCaughtUp && view.lastRevision >= 0 && !view.softDeleted) {
        toldCaughtUp = true;
        await this.out.send(caughtUp());
      }
    });
  }

  async subscribeAll(request: AllRead): Promise<void> {
    await this.confirm();
    const { filter } = request;
    const end = this.log.last().position;
    // From behind the end means from now on.
    let after = request.from === 'start' ? 0 : request.from === 'end' ? end : Math.min(request.from, end);
    let toldCaughtUp = false;
    let considered = 0;
    const leave = this.live.follow();
    try {
      await this.follow(async () => {
        for (let through = this.log.last().position; after < through && !this.out.closed; through = this.log.last().position) {
          const page = this.live.read(after, through, PAGE);
          for (const event of page) {
            after = event.position;
            if (filter === undefined || filter.matches(event)) await this.sendEvent(event, request);
            considered += 1;
            if (filter !== undefined && considered % filter.checkpointEvery === 0) await this.out.send(checkpoint(event.position));
          }
          if (page.length === 0) break;
        }
        if (!toldCaughtUp) {
          toldCaughtUp = true;
          await this.out.send(caughtUp());
        }
      });
    } finally {
      leave();
    }
  }

  /** Runs `drain` now and after every commit, one at a time, until the client is gone or `drain` throws. */
  private async follow(drain: () => Promise<void>): Promise<void> {
    let wake: () => void = () => undefined;
    let news = true;
    const stop = this.log.watch(() => {
      news = true;
      wake();
    });
    this.out.whenClosed(() => wake());
    try {
      while (!this.out.closed) {
        if (news) {
          news = false;
          await drain();
        } else {
          // Nothing can come between the look at `news` and the promise: both are in one turn.
          await new Promise<void>((resolve) => (wake = resolve));
        }
      }
    } finally {
      stop();
    }
  }

  private async confirm(): Promise<void> {
    const confirmation = new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(randomUUID());
    await this.out.send(new streams.ReadResp().setConfirmation(confirmation));
  }

  private async sendEvent(event: Parameters<typeof resolve>[1], request: StreamRead | AllRead): Promise<void> {
    if (!request.resolveLinks || event.type !== LINK_TYPE) return this.out.send(this.live.message(event, request.uuids));
    const resolved = this.log.read((reads) => resolve(reads, event, true, this.clock.now()));
    await this.out.send(readEvent(this.readable(resolved), request.uuids));
  }

  /** A link may point into a stream that the caller may not read. */
  private readable({ event, link }: ResolvedEvent): ResolvedEvent {
    if (link === undefined || event === undefined) return { event, link };
    return this.log.read((reads) => this.caller.may(reads, 'read', event.stream)) ? { event, link } : { link };
  }

  /** Changes with every event of the stream, of its metadata and of what it is the metadata of; undefined for a stream of links, which others' events make. */
  private stateOf({ name, links }: StreamView): string | undefined {
    if (links !== undefined) return undefined;
    const names = [name, metastreamOf(name), ...(isMetastream(name) ? [originalOf(name)] : [])];
    return names.map((one) => this.log.streamState(one).revision).join(' ');
  }

  /** @throws StreamDeleted, AccessDenied: of a subscription too, when its stream's `$acl` changes */
  private view(stream: string): StreamView {
    this.caller.demand(this.log, 'read', stream);
    const view = this.log.read((reads) => viewStream(reads, stream));
    if (view.tombstoned) throw new StreamDeleted(stream);
    return view;
  }
}

function caughtUp(): Streams.ReadResp {
  return new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp());
}

function checkpoint(position: number): Streams.ReadResp {
  const message = new streams.ReadResp.Checkpoint().setCommitPosition(String(position)).setPreparePosition(String(position));
  return new streams.ReadResp().setCheckpoint(message);
}
