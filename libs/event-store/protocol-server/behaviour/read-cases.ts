import type { ReadStreamOptions } from '@eventstore/db-client';
import { shared, streams } from '../generated.js';
import type { Streams } from '../generated.js';
import { readMessages } from './raw-calls.js';
import type { Probe } from './probe.js';

const TEN = Array.from({ length: 10 }, (_, index) => `e${index}`);
const U64MAX = String(2n ** 64n - 1n);

/** Repeats a case from its name; undefined: not one of this family. */
export async function readCase(probe: Probe, name: string): Promise<unknown> {
  const [family = '', second = '', third = ''] = name.split('/');
  if (family === 'read stream') return probe.brief(await tenEvents(probe), optionsOf(second));
  if (family === 'read missing stream') return probe.brief('never', optionsOf(second));
  if (family === 'read raw compat 0') return sequence(probe, second, 0);
  if (family === 'read raw compat 1') return sequence(probe, second, 1);
  if (family === 'read raw options') return oddRequest(probe, second);
  if (family === '$all filtered read' && third !== '') return filtered(probe, second, third);
  if (family === '$all filtered read' && second === 'count applies to matches') return countOfMatches(probe);
  return undefined;
}

const made = new WeakMap<Probe, Set<string>>();

/** Makes a stream of a family once. */
async function once(probe: Probe, stream: string, make: () => Promise<void>): Promise<string> {
  const known = made.get(probe) ?? new Set<string>();
  made.set(probe, known);
  if (!known.has(stream)) await make();
  known.add(stream);
  return stream;
}

async function tenEvents(probe: Probe): Promise<string> {
  return once(probe, 'r10', async () => void (await probe.client.appendToStream('r10', probe.events(TEN))));
}

function optionsOf(text: string): ReadStreamOptions {
  const options: Record<string, ReadStreamOptions> = {
    'forwards from past the end': { fromRevision: 10n },
    'forwards from far past the end': { fromRevision: 1_000_000n },
    'forwards from END': { fromRevision: 'end' },
    'forwards maxCount 0': { maxCount: 0 },
    'forwards from 5': { fromRevision: 5n },
    backwards: { direction: 'backwards', fromRevision: 'end' },
    'backwards from 0': { direction: 'backwards', fromRevision: 0n },
    'backwards from START': { direction: 'backwards', fromRevision: 'start' },
    'backwards from past the end': { direction: 'backwards', fromRevision: 99n },
    'backwards default from': { direction: 'backwards' },
  };
  const found = options[text];
  if (found === undefined) throw new Error(`no such read: ${text}`);
  return found;
}

interface Wanted {
  readonly stream?: string;
  readonly from?: 'start' | 'end' | 'none' | string;
  readonly backwards?: boolean;
  readonly count?: string | 'none';
  readonly compatibility?: number;
  readonly filter?: Streams.ReadReq.Options.FilterOptions | 'none';
}

function request(wanted: Wanted): Streams.ReadReq {
  const { Options } = streams.ReadReq;
  const options = new Options();
  if (wanted.stream === undefined) {
    options.setAll(new Options.AllOptions()[wanted.from === 'end' ? 'setEnd' : 'setStart'](new shared.Empty()));
  } else {
    const stream = new Options.StreamOptions().setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(wanted.stream)));
    if (wanted.from === 'end') stream.setEnd(new shared.Empty());
    else if (wanted.from === undefined || wanted.from === 'start') stream.setStart(new shared.Empty());
    else if (wanted.from !== 'none') stream.setRevision(wanted.from);
    options.setStream(stream);
  }
  options.setReadDirection(wanted.backwards === true ? Options.ReadDirection.BACKWARDS : Options.ReadDirection.FORWARDS);
  if (wanted.count !== 'none') options.setCount(wanted.count ?? '100');
  if (wanted.filter === undefined) options.setNoFilter(new shared.Empty());
  else if (wanted.filter !== 'none') options.setFilter(wanted.filter);
  options.setUuidOption(new Options.UUIDOption().setString(new shared.Empty()));
  if (wanted.compatibility !== undefined) options.setControlOption(new Options.ControlOption().setCompatibility(wanted.compatibility));
  return new streams.ReadReq().setOptions(options);
}

/** Events as `event 3`, everything else whole. */
async function sequence(probe: Probe, what: string, compatibility: number): Promise<unknown> {
  const stream = what === 'missing stream' ? 'never' : await tenEvents(probe);
  const wanted: Record<string, Wanted> = {
    'forwards whole': {},
    'forwards from start count 3': { count: '3' },
    'forwards from 10 (past end)': { from: '10' },
    'forwards from end': { from: 'end' },
    'backwards from end whole': { from: 'end', backwards: true },
    'backwards from end count 2': { from: 'end', backwards: true, count: '2' },
    'count 0': { count: '0' },
    'missing stream': {},
  };
  return readMessages(probe, request({ ...wanted[what], stream, compatibility }), ({ revision }) => `event ${revision}`);
}

async function oddRequest(probe: Probe, what: string): Promise<unknown> {
  const stream = await tenEvents(probe);
  const byRevision = ({ revision }: { revision: string }): string => `event ${revision}`;
  if (what === 'no stream option') {
    const asked = request({ stream });
    asked.getOptions()?.clearStream();
    return readMessages(probe, asked, byRevision);
  }
  const wanted: Record<string, Wanted> = {
    'no count option': { stream, count: 'none' },
    'no filter option': { stream, filter: 'none' },
    'filter on a stream read': { stream, filter: filterFor('type prefix odd') },
    'empty stream name': { stream: '' },
    'no revision option': { stream, from: 'none' },
    'stream named $all by name': { stream: '$all' },
    'revision U64MAX forwards': { stream, from: U64MAX },
    'count U64MAX': { stream, count: U64MAX },
  };
  return readMessages(probe, request(wanted[what] ?? {}), byRevision);
}

/** Twelve events of two types in three streams, in turn. */
async function twelve(probe: Probe): Promise<void> {
  await once(probe, 'all', async () => {
    for (let index = 0; index < 12; index += 1) {
      const type = index % 2 === 0 ? 'even-type' : 'odd-type';
      await probe.client.appendToStream(`all${(index % 3) + 1}`, probe.event(`g${index}`, type));
    }
  });
}

function filterFor(what: string): Streams.ReadReq.Options.FilterOptions {
  const { FilterOptions } = streams.ReadReq.Options;
  const filter = new FilterOptions().setMax(32).setCheckpointintervalmultiplier(1);
  const expression = new FilterOptions.Expression();
  const regexes: Record<string, string> = {
    'type regex ^e.*e$': '^e.*e$',
    'type regex unanchored ven': 'ven',
    'stream regex all[13]$': 'all[13]$',
    'both regex and prefix': '^even',
    'bad regex': '(',
  };
  const prefixes: Record<string, string[]> = {
    'type prefix odd': ['odd'],
    'type prefixes two': ['odd', 'even'],
    'stream prefix all2': ['all2'],
    'case sensitivity ODD prefix': ['ODD'],
    'both regex and prefix': ['odd'],
  };
  expression.setRegex(regexes[what] ?? '').setPrefixList(prefixes[what] ?? []);
  return what.startsWith('stream') ? filter.setStreamIdentifier(expression) : filter.setEventType(expression);
}

const shown = ({ stream, revision, type }: { stream: string; revision: string; type: string }): string => `${stream}@${revision}:${type}`;

async function filtered(probe: Probe, what: string, direction: string): Promise<unknown> {
  await twelve(probe);
  const backwards = direction === 'Backwards';
  // What was recorded backwards stops after four matches: it was asked for four, whatever its words say.
  const wanted = request({ from: backwards ? 'end' : 'start', backwards, count: backwards ? '4' : '100', filter: filterFor(what) });
  return readMessages(probe, wanted, shown);
}

async function countOfMatches(probe: Probe): Promise<unknown> {
  await twelve(probe);
  const withWindow = async (max: number): Promise<unknown> =>
    readMessages(
      probe,
      request({ count: '3', filter: filterFor('type prefix odd').setMax(max) }),
      ({ stream, revision }) => `${stream}@${revision}`,
    );
  return { max1: await withWindow(1), max2: await withWindow(2) };
}
