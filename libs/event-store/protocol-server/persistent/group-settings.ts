import { persistent } from '../generated.js';
import type { Persistent } from '../generated.js';
import { streamNameOf } from '../messages.js';
import { positionOfWire } from '../read-options.js';
import type { From } from '../read-options.js';
import { InvalidArgument } from '../refusals.js';

export type ConsumerStrategy = 'DispatchToSingle' | 'RoundRobin' | 'Pinned' | 'PinnedByCorrelation';

/** How a group filters `$all`; kept as it was asked for, because it outlives the process. */
export interface GroupFilter {
  readonly by: 'stream' | 'type';
  readonly regex: string;
  readonly prefixes: readonly string[];
}

/** What is kept of a group in `$persistentSubscriptionConfig`. */
export interface GroupConfig {
  /** `$all` or a stream's name. */
  readonly source: string;
  readonly group: string;
  readonly startFrom: From<number>;
  readonly filter?: GroupFilter;
  readonly settings: GroupSettings;
}

export interface GroupSettings {
  readonly resolveLinks: boolean;
  readonly extraStatistics: boolean;
  readonly messageTimeoutMs: number;
  readonly maxRetryCount: number;
  readonly checkPointAfterMs: number;
  readonly minCheckpointCount: number;
  readonly maxCheckpointCount: number;
  /** 0: any number. */
  readonly maxSubscriberCount: number;
  readonly liveBufferSize: number;
  readonly readBatchSize: number;
  readonly historyBufferSize: number;
  readonly strategy: ConsumerStrategy;
}

export const ALL = '$all';
const END = 2n ** 64n - 1n;
const TICKS_PER_MS = 10_000;
const STRATEGIES: readonly ConsumerStrategy[] = ['DispatchToSingle', 'RoundRobin', 'Pinned', 'PinnedByCorrelation'];

type Options = Persistent.CreateReq.Options | Persistent.UpdateReq.Options;
type Settings = Persistent.CreateReq.Settings | Persistent.UpdateReq.Settings;

/** @throws InvalidArgument */
export function groupConfigOf(options: Options | undefined): GroupConfig {
  const settings = options?.getSettings();
  if (options === undefined || settings === undefined) throw new InvalidArgument('a subscription group has options and settings');
  const group = groupNameOf(options);
  const all = options.getAll();
  const stream = options.getStream();
  if (all !== undefined) {
    const filter = 'getFilter' in all ? all.getFilter() : undefined;
    const kept = filter && filterConfig(filter);
    return { source: ALL, group, startFrom: fromOfAll(all), ...(kept && { filter: kept }), settings: settingsOf(settings) };
  }
  if (stream !== undefined) {
    return { source: streamNameOf(stream.getStreamIdentifier()), group, startFrom: fromOfStream(stream), settings: settingsOf(settings) };
  }
  // Clients before 21.6 name the stream beside the options and the revision among the settings.
  const revision = BigInt(settings.getRevision());
  const startFrom = revision === END ? 'end' : revision === 0n ? 'start' : Number(revision);
  return { source: streamNameOf(options.getStreamIdentifier()), group, startFrom, settings: settingsOf(settings) };
}

interface NamesSource {
  hasAll(): boolean;
  getStreamIdentifier(): Parameters<typeof streamNameOf>[0];
}

export function sourceOf(options: NamesSource): string {
  return options.hasAll() ? ALL : streamNameOf(options.getStreamIdentifier());
}

/** @throws InvalidArgument */
export function groupNameOf(options: { getGroupName(): string }): string {
  const name = options.getGroupName();
  if (name === '') throw new InvalidArgument('a subscription group has a name');
  return name;
}

function settingsOf(settings: Settings): GroupSettings {
  const readBatchSize = settings.getReadBatchSize();
  const historyBufferSize = settings.getHistoryBufferSize();
  if (readBatchSize >= historyBufferSize) throw new InvalidArgument('the read batch size must be smaller than the history buffer size');
  return {
    resolveLinks: settings.getResolveLinks(),
    extraStatistics: settings.getExtraStatistics(),
    messageTimeoutMs: settings.hasMessageTimeoutMs()
      ? settings.getMessageTimeoutMs()
      : Number(settings.getMessageTimeoutTicks()) / TICKS_PER_MS,
    maxRetryCount: settings.getMaxRetryCount(),
    checkPointAfterMs: settings.hasCheckpointAfterMs()
      ? settings.getCheckpointAfterMs()
      : Number(settings.getCheckpointAfterTicks()) / TICKS_PER_MS,
    minCheckpointCount: settings.getMinCheckpointCount(),
    maxCheckpointCount: settings.getMaxCheckpointCount(),
    maxSubscriberCount: settings.getMaxSubscriberCount(),
    liveBufferSize: settings.getLiveBufferSize(),
    readBatchSize,
    historyBufferSize,
    strategy: strategyOf(settings),
  };
}

function strategyOf(settings: Settings): ConsumerStrategy {
  const named = 'getConsumerStrategy' in settings ? settings.getConsumerStrategy() : '';
  const known = STRATEGIES.find((strategy) => strategy === named);
  if (named !== '' && known === undefined) throw new InvalidArgument(`there is no consumer strategy ${named}`);
  const { PINNED, DISPATCHTOSINGLE } = persistent.CreateReq.ConsumerStrategy;
  const numbered = settings.getNamedConsumerStrategy();
  return known ?? (numbered === PINNED ? 'Pinned' : numbered === DISPATCHTOSINGLE ? 'DispatchToSingle' : 'RoundRobin');
}

function fromOfStream(options: Persistent.CreateReq.StreamOptions | Persistent.UpdateReq.StreamOptions): From<number> {
  if (options.hasStart()) return 'start';
  return options.hasEnd() || BigInt(options.getRevision()) === END ? 'end' : Number(options.getRevision());
}

function fromOfAll(options: Persistent.CreateReq.AllOptions | Persistent.UpdateReq.AllOptions): From<number> {
  const position = options.getPosition();
  if (position === undefined) return options.hasEnd() ? 'end' : 'start';
  return positionOfWire(position.getCommitPosition(), position.getPreparePosition());
}

function filterConfig(filter: Persistent.CreateReq.AllOptions.FilterOptions): GroupFilter {
  const expression = filter.getEventType() ?? filter.getStreamIdentifier();
  if (expression === undefined) throw new InvalidArgument('a filter names event types or streams');
  return { by: filter.hasEventType() ? 'type' : 'stream', regex: expression.getRegex(), prefixes: expression.getPrefixList() };
}
