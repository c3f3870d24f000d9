import type { ServerDuplexStream } from '@grpc/grpc-js';
import { status as grpcStatus } from '@grpc/grpc-js';
import type { Clock } from '../event-store.port.js';
import type { LogFile } from '../sqlite/log-file.js';
import type { RawEventToAppend } from '../sqlite/log-transaction.js';
import type { Caller } from './access.js';
import { AppendedMessage } from './appended-message.js';
import { MAX_APPEND_BYTES, mayAppend } from './append-policy.js';
import type { OwnCategories } from './append-policy.js';
import type { BatchRequest } from './batch-request.js';
import { code, google, shared, status, streams } from './generated.js';
import type { Shared, Status, Streams } from './generated.js';
import { streamIdentifier, uuidMessage } from './messages.js';
import type { UuidForm } from './messages.js';
import { Outgoing } from './outgoing.js';
import { ANY, AccessDenied, NO_STREAM, ProtocolRefusal, STREAM_EXISTS, StreamDeleted, TooLarge, WrongVersion } from './refusals.js';
import type { ExpectedVersion } from './refusals.js';
import { asStored } from './write-calls.js';
import { appendEvents } from './write-rules.js';
import type { Written } from './write-rules.js';

type BatchCall = ServerDuplexStream<BatchRequest, Streams.BatchAppendResp>;

/** One append in the making: its messages share a correlation id and may be mixed with those of others. */
interface Pending {
  readonly stream: string;
  readonly expected: ExpectedVersion;
  readonly deadline: number;
  readonly form: UuidForm;
  readonly events: RawEventToAppend[];
  bytes: number;
  fault: unknown;
}

class DeadlinePassed extends ProtocolRefusal {
  constructor() {
    super(grpcStatus.DEADLINE_EXCEEDED, 'Timeout');
  }
}

/** What the call works with. */
export interface BatchAppendParts {
  readonly log: LogFile;
  readonly own: OwnCategories;
  readonly clock: Clock;
  readonly caller: Caller;
}

/** An append whose last message does not come within this is given up, as on the real server. */
const WRITE_TIMEOUT_MS = 2_000;
/** Appends taken from a client before it has to wait for answers. */
const MOST_IN_FLIGHT = 1_000;

/** Streams.BatchAppend: one long call per client, many appends in flight, each answered once and for itself; never refused as a call. */
export function answerBatchAppend(call: BatchCall, parts: BatchAppendParts): void {
  const { clock } = parts;
  const out = new Outgoing<Streams.BatchAppendResp>(call);
  const pending = new Map<string, Pending>();
  let inFlight = 0;
  let ended = false;
  let timer: NodeJS.Timeout | undefined;

  const giveUpLate = (): void => {
    timer = undefined;
    for (const [correlation, append] of pending) {
      if (append.deadline > clock.now()) continue;
      pending.delete(correlation);
      void out.send(failure(correlation, append.form, append.stream, append.fault ?? new DeadlinePassed()));
    }
    watch();
  };
  const watch = (): void => {
    if (timer !== undefined || pending.size === 0) return;
    const next = Math.min(...Array.from(pending.values(), (append) => append.deadline));
    timer = setTimeout(giveUpLate, Math.max(1, next - clock.now()));
  };
  const answered = (): void => {
    inFlight -= 1;
    if (inFlight === 0 && ended) call.end();
    else if (inFlight < MOST_IN_FLIGHT / 2 && call.isPaused()) call.resume();
  };

  call.on('data', (request: BatchRequest) => {
    const { correlation } = request;
    if (correlation === undefined) return; // there is nothing to answer to
    const append = pending.get(correlation) ?? begin(request, clock.now());
    if (append === undefined) return;
    pending.set(correlation, append);
    collect(append, request);
    if (!request.isFinal) return watch();
    pending.delete(correlation);
    inFlight += 1;
    if (inFlight >= MOST_IN_FLIGHT) call.pause();
    void finish(append, parts)
      .then(
        (written) => out.send(success(correlation, append.form, append.stream, written)),
        (error: unknown) => out.send(failure(correlation, append.form, append.stream, error)),
      )
      .then(answered);
  });
  call.on('end', () => {
    ended = true;
    // What was never finished is answered with a time-out, as the real server does when its deadline passes.
    for (const [correlation, { form, stream }] of pending) void out.send(failure(correlation, form, stream, new DeadlinePassed()));
    pending.clear();
    clearTimeout(timer);
    if (inFlight === 0) call.end();
  });
  out.whenClosed(() => {
    pending.clear();
    clearTimeout(timer);
  });
}

/** Undefined for a first message without options: it can belong to nothing. */
function begin({ options, form }: BatchRequest, now: number): Pending | undefined {
  if (options === undefined) return undefined;
  let fault: unknown;
  let stream = '';
  let expected: ExpectedVersion = ANY;
  try {
    stream = options.stream();
    expected = options.expected();
  } catch (error) {
    fault = error;
  }
  const deadline = Math.min(options.deadline ?? Infinity, now + WRITE_TIMEOUT_MS);
  return { stream, expected, deadline, form, events: [], bytes: 0, fault };
}

/** What is refused already is not kept: a client that goes on sending costs no memory. */
function collect(append: Pending, request: BatchRequest): void {
  if (append.fault !== undefined) return;
  try {
    for (const event of request.events()) {
      if ((append.bytes += event.data.length) > MAX_APPEND_BYTES) throw new TooLarge(MAX_APPEND_BYTES);
      append.events.push(event);
    }
  } catch (error) {
    append.fault = error;
    append.events.length = 0;
  }
}

async function finish(append: Pending, { log, own, clock, caller }: BatchAppendParts): Promise<Written> {
  if (append.fault !== undefined) throw append.fault;
  if (append.deadline <= clock.now()) throw new DeadlinePassed();
  caller.demand(log, 'write', append.stream);
  mayAppend(log, own, append.stream, append.events);
  const stored = asStored(log, append.stream, append.events);
  return log.perform((transaction) => appendEvents(transaction, append.stream, append.expected, stored));
}

function success(correlation: string, form: UuidForm, stream: string, { revision, position }: Written): Streams.BatchAppendResp {
  if (revision >= 0 && position !== undefined && position > 0)
    return new AppendedMessage(correlation, form, stream, { revision, position });
  return successMessage(correlation, form, stream, { revision, position });
}

/** By the library, whatever there is to say. */
export function successMessage(correlation: string, form: UuidForm, stream: string, written: Written): Streams.BatchAppendResp {
  const answer = new streams.BatchAppendResp.Success();
  if (written.revision < 0) answer.setNoStream(new google.Empty());
  else answer.setCurrentRevision(String(written.revision));
  if (written.position === undefined) answer.setNoPosition(new google.Empty());
  else {
    const at = String(written.position);
    answer.setPosition(new shared.AllStreamPosition().setCommitPosition(at).setPreparePosition(at));
  }
  return response(correlation, form, stream).setSuccess(answer);
}

function failure(correlation: string, form: UuidForm, stream: string, error: unknown): Streams.BatchAppendResp {
  return response(correlation, form, stream).setError(statusOf(error));
}

function response(correlation: string, form: UuidForm, stream: string): Streams.BatchAppendResp {
  return new streams.BatchAppendResp().setCorrelationId(uuidMessage(correlation, form)).setStreamIdentifier(streamIdentifier(stream));
}

/** Clients unpack the details by their type's name. */
function statusOf(error: unknown): Status.Status {
  if (error instanceof WrongVersion)
    return detailed(code.Code.ALREADY_EXISTS, 'WrongExpectedVersion', 'WrongExpectedVersion', wrongVersion(error));
  if (error instanceof StreamDeleted) {
    const details = new shared.StreamDeleted().setStreamIdentifier(streamIdentifier(error.stream));
    return detailed(code.Code.NOT_FOUND, 'StreamDeleted', 'StreamDeleted', details);
  }
  if (error instanceof TooLarge) {
    const details = new shared.MaximumAppendSizeExceeded().setMaxappendsize(error.maxBytes);
    return detailed(code.Code.INVALID_ARGUMENT, 'MaximumAppendSizeExceeded', 'MaximumAppendSizeExceeded', details);
  }
  if (error instanceof AccessDenied) return detailed(code.Code.PERMISSION_DENIED, error.message, 'AccessDenied', new shared.AccessDenied());
  if (error instanceof DeadlinePassed) return detailed(code.Code.DEADLINE_EXCEEDED, 'Timeout', 'Timeout', new shared.Timeout());
  if (error instanceof ProtocolRefusal) {
    return detailed(code.Code.INVALID_ARGUMENT, 'BadRequest', 'BadRequest', new shared.BadRequest().setMessage(error.message));
  }
  return detailed(code.Code.UNKNOWN, error instanceof Error ? error.message : 'the server failed', 'Unknown', new shared.Unknown());
}

function detailed(
  codeOf: Status.Status.AsObject['code'],
  message: string,
  type: string,
  details: { serializeBinary(): Uint8Array },
): Status.Status {
  const any = new google.Any();
  any.setTypeUrl(`type.googleapis.com/event_store.client.${type}`);
  any.setValue(details.serializeBinary());
  return new status.Status().setCode(codeOf).setMessage(message).setDetails(any);
}

function wrongVersion(error: WrongVersion): Shared.WrongExpectedVersion {
  const details = new shared.WrongExpectedVersion();
  if (error.actual < 0n) details.setCurrentNoStream(new google.Empty());
  else details.setCurrentStreamRevision(String(error.actual));
  if (error.expected === ANY) details.setExpectedAny(new google.Empty());
  else if (error.expected === STREAM_EXISTS) details.setExpectedStreamExists(new google.Empty());
  else if (error.expected === NO_STREAM) details.setExpectedNoStream(new google.Empty());
  else details.setExpectedStreamPosition(String(error.expected));
  return details;
}
