import { streams } from './generated.js';
import type { Streams } from './generated.js';
import { filterOf } from './filters.js';
import type { AllFilter } from './filters.js';
import { streamNameOf } from './messages.js';
import type { UuidForm } from './messages.js';
import { InvalidArgument } from './refusals.js';

/** What a client asks Streams.Read for, in numbers of this house. */
export type ReadRequest = StreamRead | AllRead;

interface ReadCommon {
  readonly backwards: boolean;
  /** Undefined: a subscription. */
  readonly count: number | undefined;
  readonly resolveLinks: boolean;
  readonly uuids: UuidForm;
  /** 1 and more: the client wants to know where a stream begins and ends. */
  readonly compatibility: number;
}

export interface StreamRead extends ReadCommon {
  readonly kind: 'stream';
  readonly stream: string;
  readonly from: From<number>;
}

export interface AllRead extends ReadCommon {
  readonly kind: 'all';
  readonly from: From<number>;
  readonly filter: AllFilter | undefined;
}

export type From<T> = 'start' | 'end' | T;

const END = 2n ** 64n - 1n;

/** @throws InvalidArgument where the combination makes no sense */
export function readRequestOf(request: Streams.ReadReq): ReadRequest {
  const options = request.getOptions();
  if (options === undefined) throw new InvalidArgument('a read has options');
  const cases = streams.ReadReq.Options;
  const source = options.getStreamOptionCase();
  if (source === cases.StreamOptionCase.STREAM_OPTION_NOT_SET) {
    throw new InvalidArgument("'None' is not a valid EventStore.Client.Streams.ReadReq+Types+Options+StreamOptionOneofCase");
  }
  const backwards = options.getReadDirection() === cases.ReadDirection.BACKWARDS;
  refuseOddCombination(options, source, backwards);
  const common = {
    backwards,
    count: options.hasSubscription() ? undefined : safeCount(options.getCount()),
    resolveLinks: options.getResolveLinks(),
    uuids: options.getUuidOption()?.hasString() === true ? 'string' : 'structured',
    compatibility: options.getControlOption()?.getCompatibility() ?? 0,
  } as const;
  const stream = options.getStream();
  if (stream !== undefined) {
    return { ...common, kind: 'stream', stream: streamNameOf(stream.getStreamIdentifier()), from: fromOfStream(stream) };
  }
  const filter = options.getFilter();
  return { ...common, kind: 'all', from: fromOfAll(options.getAll()), filter: filter && filterOf(filter) };
}

function refuseOddCombination(options: Streams.ReadReq.Options, source: number, backwards: boolean): void {
  const cases = streams.ReadReq.Options;
  const ofStream = source === cases.StreamOptionCase.STREAM;
  const count = options.hasSubscription() ? 'Subscription' : options.hasCount() ? 'Count' : 'None';
  const filter = options.hasFilter() ? 'Filter' : options.hasNoFilter() ? 'NoFilter' : 'None';
  const direction = backwards ? 'Backwards' : 'Forwards';
  const fits = count !== 'None' && filter !== 'None' && !(ofStream && filter === 'Filter') && !(count === 'Subscription' && backwards);
  if (!fits)
    throw new InvalidArgument(`The combination of (${ofStream ? 'Stream' : 'All'}, ${count}, ${direction}, ${filter}) is invalid.`);
}

function fromOfStream(options: Streams.ReadReq.Options.StreamOptions): From<number> {
  if (options.hasStart()) return 'start';
  if (options.hasEnd()) return 'end';
  if (!options.hasRevision()) throw new InvalidArgument('a read of a stream says where it begins: start, end or a revision');
  const revision = BigInt(options.getRevision());
  if (revision === END) return 'end';
  return revision > BigInt(Number.MAX_SAFE_INTEGER - 1) ? Number.MAX_SAFE_INTEGER - 1 : Number(revision);
}

function fromOfAll(options: Streams.ReadReq.Options.AllOptions | undefined): From<number> {
  if (options === undefined || options.hasStart()) return 'start';
  if (options.hasEnd()) return 'end';
  const position = options.getPosition();
  if (position === undefined) throw new InvalidArgument('a read of $all says where it begins: start, end or a position');
  return positionOfWire(position.getCommitPosition(), position.getPreparePosition());
}

/** Any position is taken, on an event's or between two. @throws InvalidArgument where the prepare position lies behind the commit position */
export function positionOfWire(commit: string, prepare: string): From<number> {
  if (BigInt(commit) === END) return 'end';
  if (BigInt(prepare) > BigInt(commit)) throw new InvalidArgument('the commit position must be at or behind the prepare position');
  return Math.min(Number(commit), Number.MAX_SAFE_INTEGER - 1);
}

function safeCount(count: string): number {
  const wanted = BigInt(count);
  return wanted > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(wanted);
}
