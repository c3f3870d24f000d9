import type { RawEvent } from '../sqlite/log-reads.js';
import type { Persistent, Streams } from './generated.js';
import { InvalidArgument } from './refusals.js';

export interface AllFilter {
  matches(event: RawEvent): boolean;
  /** A checkpoint is sent after so many events considered. */
  readonly checkpointEvery: number;
}

const DEFAULT_WINDOW = 32;
/** Streams that the server keeps for groups on `$all`: a filtered reader does not see them. */
const HIDDEN = /^\$persistentsubscription-\$all::/;

type FilterOptions = Streams.ReadReq.Options.FilterOptions | Persistent.CreateReq.AllOptions.FilterOptions;

/** An expression wins over prefixes; an empty filter matches nothing; expressions are not anchored. @throws InvalidArgument */
export function filterOf(options: FilterOptions): AllFilter {
  const expression = options.getEventType() ?? options.getStreamIdentifier();
  if (expression === undefined) throw new InvalidArgument('a filter names event types or streams');
  const text = options.hasEventType() ? (event: RawEvent) => event.type : (event: RawEvent) => event.stream;
  const matches = matcher(expression.getRegex(), expression.getPrefixList());
  const window = options.hasMax() ? options.getMax() : DEFAULT_WINDOW;
  const multiplier = options.getCheckpointintervalmultiplier();
  return {
    matches: (event) => !HIDDEN.test(event.stream) && matches(text(event)),
    checkpointEvery: Math.max(1, window) * Math.max(1, multiplier),
  };
}

/** @throws InvalidArgument for an expression that cannot be read */
export function matcher(regex: string, prefixes: readonly string[]): (text: string) => boolean {
  if (regex === '') return (text) => prefixes.some((prefix) => text.startsWith(prefix));
  try {
    const expression = new RegExp(regex, 'u');
    return (text) => expression.test(text);
  } catch (error) {
    throw new InvalidArgument(`the filter's expression cannot be read: ${error instanceof Error ? error.message : regex}`);
  }
}
