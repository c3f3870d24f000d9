import type { ServerDuplexStream } from '@grpc/grpc-js';
import { status as grpcStatus } from '@grpc/grpc-js';
import type { LogFile, RawEventToAppend } from '../sqlite/log-file.js';
import { mayAppend } from './append-policy.js';
import type { OwnCategories } from './append-policy.js';
import { code, google, shared, status, streams } from './generated.js';
import type { Shared, Status, Streams } from './generated.js';
import { streamIdentifier, streamNameOf, uuidMessage, uuidText } from './messages.js';
import type { UuidForm } from './messages.js';
import { Outgoing } from './outgoing.js';
import {
  ANY,
  AccessDenied,
  InvalidArgument,
  NO_STREAM,
  ProtocolRefusal,
  STREAM_EXISTS,
  StreamDeleted,
  TooLarge,
  WrongVersion,
} from './refusals.js';
import type { ExpectedVersion } from './refusals.js';
import { asStored, proposedEvent } from './write-calls.js';
import { appendEvents } from './write-rules.js';
import type { Written } from './write-rules.js';

type BatchCall = ServerDuplexStream<Streams.BatchAppendReq, Streams.BatchAppendResp>;

/** One append in the making: its messages share a correlation id and may be mixed with those of others. */
interface Pending {
  readonly stream: string;
  readonly expected: ExpectedVersion;
  readonly deadline: number | undefined;
  readonly events: RawEventToAppend[];
  fault: unknown;
}

class DeadlinePassed extends ProtocolRefusal {
  constructor() {
    super(grpcStatus.DEADLINE_EXCEEDED, 'Timeout');
  }
}

/** Streams.BatchAppend: one long call per client, many appends in flight, each answered once and for itself; never refused as a call. */
export function answerBatchAppend(call: BatchCall, log: LogFile, own: OwnCategories, now: () => number): void {
  const out = new Outgoing<Streams.BatchAppendResp>(call);
  const pending = new Map<string, Pending>();
  call.on('data', (request: Streams.BatchAppendReq) => {
    let correlation: string;
    try {
      correlation = uuidText(request.getCorrelationId());
    } catch {
      return; // there is nothing to answer to
    }
    const form: UuidForm = request.getCorrelationId()?.hasString() === true ? 'string' : 'structured';
    const append = pending.get(correlation) ?? begin(request);
    if (append === undefined) return;
    pending.set(correlation, append);
    collect(append, request);
    if (!request.getIsFinal()) return;
    pending.delete(correlation);
    void finish(append, log, own, now).then(
      (written) => out.send(success(correlation, form, append.stream, written)),
      (error: unknown) => out.send(failure(correlation, form, append.stream, error)),
    );
  });
  call.on('end', () => {
    // What was never finished is answered with a time-out, as the real server does when its deadline passes.
    for (const [correlation, append] of pending) void out.send(failure(correlation, 'string', append.stream, new DeadlinePassed()));
    // Answers of appends that are still under way leave before the end: they are written in the order of the group commits.
    void log
      .perform(() => undefined)
      .then(
        () => call.end(),
        () => call.end(),
      );
  });
  call.on('error', () => pending.clear());
}

/** Undefined for a first message without options: it can belong to nothing. */
function begin(request: Streams.BatchAppendReq): Pending | undefined {
  const options = request.getOptions();
  if (options === undefined) return undefined;
  let fault: unknown;
  let stream = '';
  let expected: ExpectedVersion = ANY;
  try {
    stream = streamNameOf(options.getStreamIdentifier());
    expected = expectedOf(options);
  } catch (error) {
    fault = error;
  }
  return { stream, expected, deadline: options.getDeadline()?.toDate().getTime(), events: [], fault };
}

function collect(append: Pending, request: Streams.BatchAppendReq): void {
  try {
    for (const message of request.getProposedMessagesList()) append.events.push(proposedEvent(message));
  } catch (error) {
    append.fault ??= error;
  }
}

async function finish(append: Pending, log: LogFile, own: OwnCategories, now: () => number): Promise<Written> {
  if (append.fault !== undefined) throw append.fault;
  if (append.deadline !== undefined && append.deadline <= now()) throw new DeadlinePassed();
  mayAppend(log, own, append.stream, append.events);
  const stored = asStored(log, append.stream, append.events);
  return log.perform((transaction) => appendEvents(transaction, append.stream, append.expected, stored));
}

function expectedOf(options: Streams.BatchAppendReq.Options): ExpectedVersion {
  if (options.hasNoStream()) return NO_STREAM;
  if (options.hasAny()) return ANY;
  if (options.hasStreamExists()) return STREAM_EXISTS;
  if (!options.hasStreamPosition()) throw new InvalidArgument('an append says which revision it expects');
  return BigInt.asIntN(64, BigInt(options.getStreamPosition()));
}

function success(correlation: string, form: UuidForm, stream: string, written: Written): Streams.BatchAppendResp {
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
