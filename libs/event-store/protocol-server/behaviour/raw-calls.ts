import type { Streams } from '../generated.js';
import { shared, streams } from '../generated.js';
import { streamIdentifier } from '../messages.js';
import { at, place, thrown } from './probe.js';
import type { Probe } from './probe.js';

/** What deleteStream and tombstoneStream of the client answer. */
export function placeOf(result: { position?: { commit: bigint; prepare: bigint } | undefined }): unknown {
  return result.position === undefined ? {} : { position: place(result.position) };
}

type Expecting = Streams.DeleteReq.Options | Streams.TombstoneReq.Options;

function expecting<O extends Expecting>(options: O, stream: string, expected: string): O {
  options.setStreamIdentifier(streamIdentifier(stream));
  const revision = /revision (\d+)/.exec(expected)?.[1];
  if (revision !== undefined) options.setRevision(revision);
  if (expected === 'any') options.setAny(new shared.Empty());
  if (expected === 'no_stream') options.setNoStream(new shared.Empty());
  if (expected === 'stream_exists') options.setStreamExists(new shared.Empty());
  return options;
}

/** The Delete or Tombstone call itself, without the client's help. */
export async function rawDelete(probe: Probe, what: string, stream: string, expected: string): Promise<unknown> {
  return probe.outcome(
    () =>
      new Promise((resolve, reject) => {
        const answer = (
          error: Error | null,
          response: { getPosition(): { getCommitPosition(): string; getPreparePosition(): string } | undefined },
        ): void => {
          const position = error === null ? response.getPosition() : undefined;
          if (position === undefined) return reject(error ?? new Error('no position'));
          resolve({
            position: { commit_position: at(position.getCommitPosition()), prepare_position: at(position.getPreparePosition()) },
            position_option: 'position',
          });
        };
        if (what === 'delete') {
          const options = expecting(new streams.DeleteReq.Options(), stream, expected);
          probe.raw.delete(new streams.DeleteReq().setOptions(options), answer);
        } else {
          const options = expecting(new streams.TombstoneReq.Options(), stream, expected);
          probe.raw.tombstone(new streams.TombstoneReq().setOptions(options), answer);
        }
      }),
  );
}

interface Seen {
  readonly stream: string;
  readonly revision: string;
  readonly type: string;
}

/** The messages of a Read call, events as `show` writes them, to its end or error. */
export async function readMessages(probe: Probe, request: Streams.ReadReq, show: (event: Seen) => string): Promise<unknown[]> {
  const messages: unknown[] = [];
  try {
    for await (const response of probe.raw.read(request) as AsyncIterable<Streams.ReadResp>) messages.push(messageOf(response, show));
    messages.push('<<end>>');
  } catch (error) {
    messages.push({ error: thrown(error as Parameters<typeof thrown>[0]) });
  }
  return messages;
}

function messageOf(response: Streams.ReadResp, show: (event: Seen) => string): unknown {
  const event = response.getEvent()?.getEvent();
  const name = (identifier: { getStreamName_asU8(): Uint8Array } | undefined): string =>
    Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');
  if (event !== undefined) {
    return show({
      stream: name(event.getStreamIdentifier()),
      revision: event.getStreamRevision(),
      type: event.getMetadataMap().get('type') ?? '',
    });
  }
  const missing = response.getStreamNotFound();
  if (missing !== undefined) return { stream_not_found: { stream_identifier: { stream_name: name(missing.getStreamIdentifier()) } } };
  if (response.hasFirstStreamPosition()) return { first_stream_position: response.getFirstStreamPosition() };
  if (response.hasLastStreamPosition()) return { last_stream_position: response.getLastStreamPosition() };
  return 'another message';
}
