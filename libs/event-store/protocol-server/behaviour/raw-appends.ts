// Append and BatchAppend without the client's help: what no well-behaved client sends.
import { randomUUID } from 'node:crypto';
import type { Streams } from '../generated.js';
import { google, shared, streams } from '../generated.js';
import { streamIdentifier, uuidMessage } from '../messages.js';
import { at, thrown } from './probe.js';
import type { Probe } from './probe.js';

type Append = Streams.AppendReq;

function appendOptions(stream: string | undefined): Streams.AppendReq.Options {
  const options = new streams.AppendReq.Options().setAny(new shared.Empty());
  return stream === undefined ? options : options.setStreamIdentifier(streamIdentifier(stream));
}

function proposed(changes: { id?: string; type?: string; contentType?: string; data?: Uint8Array } = {}): Append {
  const message = new streams.AppendReq.ProposedMessage();
  message.setId(new shared.UUID().setString(changes.id ?? randomUUID()));
  message.getMetadataMap().set('type', changes.type ?? 'T');
  message.getMetadataMap().set('content-type', changes.contentType ?? 'application/json');
  message.setData(changes.data ?? Buffer.from('{"n":1}'));
  return new streams.AppendReq().setProposedMessage(message);
}

/** The messages of the recorded `append raw/…` cases. */
function messagesOf(variant: string, stream: string): Append[] | undefined {
  const options = new streams.AppendReq().setOptions(appendOptions(stream));
  const variants: Record<string, Append[]> = {
    'content-type application/octet-stream': [
      options,
      proposed({ contentType: 'application/octet-stream', data: Buffer.from([1, 2, 255]) }),
    ],
    'content-type text/plain': [options, proposed({ contentType: 'text/plain', data: Buffer.from('hi') })],
    'empty type': [options, proposed({ type: '' })],
    'empty data': [options, proposed({ data: new Uint8Array() })],
    'nil uuid': [options, proposed({ id: '00000000-0000-0000-0000-000000000000' })],
    'no stream identifier': [new streams.AppendReq().setOptions(appendOptions(undefined)), proposed()],
    'options twice': [options, proposed(), options, proposed()],
    'options only': [options],
    'revision U64MAX': [
      new streams.AppendReq().setOptions(
        new streams.AppendReq.Options().setStreamIdentifier(streamIdentifier(stream)).setRevision('18446744073709551615'),
      ),
      proposed(),
    ],
  };
  return variants[variant];
}

/** What the Append call answers, and how the stream reads afterwards. */
export async function rawAppend(probe: Probe, variant: string): Promise<unknown> {
  const stream = `ar${variant}`;
  const messages = messagesOf(variant, stream);
  if (messages === undefined) return undefined;
  const append = await probe.outcome(
    () =>
      new Promise((resolve, reject) => {
        const call = probe.raw.append((error, response) => (error === null ? resolve(appended(response)) : reject(error)));
        for (const message of messages) call.write(message);
        call.end();
      }),
  );
  return { append };
}

function appended(response: Streams.AppendResp): unknown {
  const success = response.getSuccess();
  if (success === undefined) return { result: 'wrong_expected_version' };
  return { success: whereOf(success), result: 'success' };
}

interface Success {
  hasNoStream(): boolean;
  getCurrentRevision(): string;
  getPosition(): { getCommitPosition(): string; getPreparePosition(): string } | undefined;
}

function whereOf(success: Success): unknown {
  const position = success.getPosition();
  return {
    ...(success.hasNoStream()
      ? { no_stream: {}, current_revision_option: 'no_stream' }
      : { current_revision: success.getCurrentRevision(), current_revision_option: 'current_revision' }),
    ...(position && {
      position: { commit_position: at(position.getCommitPosition()), prepare_position: at(position.getPreparePosition()) },
      position_option: 'position',
    }),
  };
}

interface Batch {
  readonly correlation: string;
  readonly stream?: string;
  readonly expected?: string;
  readonly events?: number;
  readonly untyped?: boolean;
  readonly final?: boolean;
  readonly deadline?: Date;
}

/** One message of a BatchAppend call; `stream` makes it the first of its append. */
function batchMessage({
  correlation,
  stream,
  expected = 'ANY',
  events = 0,
  untyped,
  final = true,
  deadline,
}: Batch): Streams.BatchAppendReq {
  const request = new streams.BatchAppendReq().setCorrelationId(uuidMessage(correlation, 'string')).setIsFinal(final);
  if (stream !== undefined) {
    const options = new streams.BatchAppendReq.Options().setStreamIdentifier(streamIdentifier(stream));
    const revision = /revision (\d+)/.exec(expected)?.[1];
    if (revision !== undefined) options.setStreamPosition(revision);
    else if (expected === 'NO_STREAM') options.setNoStream(new google.Empty());
    else if (expected === 'STREAM_EXISTS') options.setStreamExists(new google.Empty());
    else options.setAny(new google.Empty());
    const stamp = new google.Timestamp();
    stamp.fromDate(deadline ?? new Date(Date.now() + 10_000));
    request.setOptions(options.setDeadline(stamp));
  }
  for (let index = 0; index < events; index += 1) {
    const message = new streams.BatchAppendReq.ProposedMessage().setId(uuidMessage(randomUUID(), 'string'));
    if (untyped !== true) message.getMetadataMap().set('type', 'T');
    message.getMetadataMap().set('content-type', 'application/json');
    request.addProposedMessages(message.setData(Buffer.from('{}')));
  }
  return request;
}

/** Sends the messages and waits for so many answers; half-closes before that where `close` says so, and notes the end of the call. */
export async function batchAppend(probe: Probe, batches: readonly Batch[], answers: number, close = false): Promise<unknown[]> {
  const names = new Map(batches.map(({ correlation }, index) => [correlation, index]));
  const call = probe.raw.batchAppend();
  const seen: unknown[] = [];
  return new Promise((resolve) => {
    const done = (): void => {
      call.cancel();
      resolve(seen);
    };
    call.on('data', (response: Streams.BatchAppendResp) => {
      seen.push(batchAnswer(response, names));
      if (!close && seen.length === answers) done();
    });
    call.on('error', (error: Parameters<typeof thrown>[0]) => {
      if (!close && seen.length === answers) return;
      seen.push({ error: thrown(error) });
      resolve(seen);
    });
    call.on('end', () => resolve([...seen, '<<end>>']));
    for (const batch of batches) call.write(batchMessage(batch));
    if (close) call.end();
  });
}

function batchAnswer(response: Streams.BatchAppendResp, names: ReadonlyMap<string, number>): unknown {
  const success = response.getSuccess();
  const error = response.getError();
  const details = error?.getDetails();
  return {
    of: names.get(response.getCorrelationId()?.getString() ?? ''),
    stream: Buffer.from(response.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8'),
    ...(success && { success: whereOf(success) }),
    ...(error && {
      error: {
        message: error.getMessage(),
        ...(details && { details: { type_url: details.getTypeUrl(), value: Buffer.from(details.getValue_asU8()).toString('utf8') } }),
      },
    }),
  };
}
