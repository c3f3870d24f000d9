import { once } from 'node:events';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { ID_PATTERN } from '../../../libs/domain/shared/ids.js';
import type { Position } from '../../../libs/domain/shared/position.js';
import type { EventStore } from '../../../libs/event-store/event-store.port.js';
import type { KeyStore } from '../../../libs/privacy/key-store.port.js';
import type { Caller } from '../access/caller.js';
import { callerOf } from '../access/caller.js';
import { callOf } from '../http/call.js';
import { problemOf } from '../http/problem-of.js';
import { RequestProblem, problem } from '../http/problem.js';
import { EVENT_STORE, FEED_OPTIONS, KEY_STORE, LOG } from '../parts.js';
import type { FeedOptions } from '../parts.js';
import type { FeedPage, FeedQuestion } from './event-feed.js';
import { feed, publicEvent } from './event-feed.js';
import { feedQuestion } from './feed-question.js';

/** What a subscriber reads last whose token has expired or was taken back. */
const ENDED = problem(401, 'access/token-ended', 'the token has ended: come back with a new one and the last id');
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Text that is handed to the socket at once. */
const CHUNK = 64 * 1024;

@ApiTags('events')
@Controller('v1/events')
export class EventsController {
  constructor(
    @Inject(EVENT_STORE) private readonly eventStore: EventStore,
    @Inject(KEY_STORE) private readonly keyStore: KeyStore,
    @Inject(FEED_OPTIONS) private readonly options: FeedOptions,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'SubscribeToEvents',
    summary:
      'Server-sent events: every event from the first one on, in log order, without gaps. The id of each is its position; it never ends by itself.',
  })
  @ApiQuery({
    name: 'after',
    required: false,
    description: 'Begin behind this position; with a slash and the id of its event, only if that event stands there.',
    schema: { type: 'string', pattern: '^\\d{1,20}(/[0-9a-f-]{36})?$' },
  })
  @ApiQuery({
    name: 'category',
    required: false,
    description: 'Of streams of these kinds, with commas.',
    example: 'deal',
    schema: { type: 'string' },
  })
  @ApiQuery({
    name: 'type',
    required: false,
    description: 'Of these types, with commas.',
    example: 'DealWon,DealLost',
    schema: { type: 'string' },
  })
  @ApiQuery({ name: 'deal', required: false, description: 'Of this deal.', schema: { type: 'string', pattern: ID_PATTERN.source } })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'What a client that reconnects saw last; stands before after.',
    schema: { type: 'string' },
  })
  @ApiResponse({ status: 200, content: { 'text/event-stream': { schema: { type: 'string' } } } })
  async subscribe(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { mayReadPersonal } = callOf(request, reply);
    const caller = callerOf(request);
    const question = feedQuestion(request);
    await this.refuseAnotherHistory(question);
    reply.hijack(); // from here on we write by ourselves, at the reader's pace
    const { raw } = reply;
    const gone = new AbortController();
    raw.on('close', () => gone.abort());
    raw.on('error', () => gone.abort());
    raw.writeHead(200, {
      ...(reply.getHeaders() as OutgoingHttpHeaders), // those of every answer
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'dealtrail-log': this.eventStore.identity.logId,
    });
    if (request.method === 'HEAD') return void raw.end();
    const expiry = whenExpired(caller, () => gone.abort());
    raw.write('retry: 1000\n\n');
    try {
      let told = question.after;
      for await (const page of feed(this.eventStore, question, { idleMs: this.options.heartbeatMs, signal: gone.signal })) {
        if (!caller.holds()) break;
        await this.write(raw, page, told, { keys: mayReadPersonal ? this.keyStore : null, signal: gone.signal });
        told = page.through;
      }
    } catch (error) {
      // Never an event passed by: the subscription ends here, and the client comes back with the last id it has.
      this.log.error({ err: error, requestId: request.id }, 'a subscription ended');
      const detail = problemOf(error)?.problem.detail ?? 'an event cannot be read';
      await send(raw, `event: problem\ndata: ${JSON.stringify(problem(503, 'events/ended', detail))}\n\n`, gone.signal);
    }
    clearTimeout(expiry);
    if (!caller.holds()) raw.write(`event: problem\ndata: ${JSON.stringify(ENDED)}\n\n`);
    raw.end();
  }

  private async refuseAnotherHistory({ after, event }: FeedQuestion): Promise<void> {
    const { position: head } = await this.eventStore.head();
    const beyond = after > head;
    if (!beyond && (event === undefined || (await this.eventStore.eventAt(after))?.eventId === event)) return;
    const detail = beyond
      ? `position ${after} is beyond the end of this log, ${head}: it is of another log; begin without it`
      : `at position ${after} of this log stands another event than ${event}: it is of another log, or of this one before it was restored; begin without it`;
    throw new RequestProblem(problem(409, 'events/another-history', detail, { log: this.eventStore.identity.logId, head }));
  }

  private async write(
    raw: ServerResponse,
    page: FeedPage,
    told: Position,
    { keys, signal }: { readonly keys: KeyStore | null; readonly signal: AbortSignal },
  ): Promise<void> {
    let text = '';
    for (const stored of page.events) {
      text += `id: ${stored.position}\ndata: ${JSON.stringify(await publicEvent(stored, keys))}\n\n`;
      if (text.length < CHUNK) continue;
      await send(raw, text, signal);
      text = '';
    }
    // What was looked through in vain need not be looked through again: an id without data is kept by the client.
    const last = page.events.at(-1)?.position ?? told;
    if (page.through > last) text += `id: ${page.through}\n\n`;
    else if (page.events.length === 0) text += ':\n\n';
    await send(raw, text, signal);
  }
}

/** When it has expired and not before, which a timer may be by a millisecond: whoever subscribes is then told why it ends. What comes meanwhile is not sent. */
function whenExpired({ expiresAt }: Caller, end: () => void): NodeJS.Timeout | undefined {
  if (expiresAt === null) return undefined;
  return setTimeout(end, Math.min(Math.max(expiresAt - Date.now() + 2, 0), LONGEST_TIMER_MS)).unref();
}

/** Waits for a slow reader before the next page is read: nothing heaps up here. */
async function send(raw: ServerResponse, text: string, signal: AbortSignal): Promise<void> {
  if (text === '' || signal.aborted) return;
  if (!raw.write(text)) await once(raw, 'drain', { signal }).catch(() => undefined);
}
