import { isoInstant } from '../../libs/domain/shared/instant.js';
import type { EpochMs } from '../../libs/domain/shared/instant.js';
import type { EventStore } from '../../libs/event-store/event-store.port.js';
import type { ReadModel, ReadStore } from '../../libs/read-store/read-store.port.js';
import type { PipelineQuestion, PipelineState } from '../../libs/reporting/pipeline/tally.js';
import type { Basis, BasisPoint, ComparisonBasis, KnownWhen } from '../../libs/reporting/queries.js';
import type { Knowledge } from './known-at.js';
import { modelInUse } from './model-in-use.js';
import { counted } from '../../libs/reporting/figures.js';

/** One (T, K) of an answer; a null state is one before the first event was recorded. */
export interface PointSeen {
  readonly asOf: EpochMs;
  readonly knowledge: Knowledge;
  readonly state: Pick<PipelineState, 'processVersions' | 'currency' | 'assumedSinceBeginning' | 'undated' | 'all' | 'rates'> | null;
}

export interface BasisInput {
  readonly method: string;
  readonly question: PipelineQuestion;
  readonly organisedAt: EpochMs | undefined;
  readonly points: readonly PointSeen[];
  readonly parked: number;
  /** Said besides what the states themselves cannot tell. */
  readonly marks: readonly string[];
}

function sortedUnion(lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())].sort();
}

function knownAtText({ recordedAt }: Knowledge): string | null {
  return recordedAt === null ? null : isoInstant(recordedAt);
}

/** What the data cannot tell, in words: each mark is a silent zero that somebody would have believed. */
function marksOf({ question, points, parked, marks }: BasisInput, currency: readonly string[]): readonly string[] {
  const last = points.at(-1)?.state;
  const said = [...marks];
  if (last !== undefined && last !== null && last.undated > 0)
    said.push(`deals in scope without a date of their own, in undated and in no row: ${counted(last.undated)}`);
  if (last !== undefined && last !== null && last.all.unvalued > 0)
    said.push(`deals without a known value, in no sum: ${counted(last.all.unvalued)}`);
  const { convertTo } = question;
  const unconverted = currency.filter((code) => code !== convertTo);
  if (convertTo !== undefined && unconverted.length > 0)
    said.push(`no rate of ${unconverted.join(', ')} in ${convertTo} was in force: these values stand in their own currency`);
  if (convertTo === undefined && currency.length > 1)
    said.push(`values are in ${currency.join(', ')}: currencies are neither added up nor converted`);
  if (parked > 0) said.push(`deals held back by an error, perhaps missing here (./dealtrail parked lists them): ${counted(parked)}`);
  return said;
}

/** Open deals that no period can have; `when` says at which point of several. */
export function noExpectedDateMarks(deals: number, when = ''): readonly string[] {
  return deals === 0 ? [] : [`open deals without an expected decision date${when}, in no period: ${counted(deals)}`];
}

/** The basis of an answer; of one over several points, that of the last. */
export function basisOf(eventStore: EventStore, input: BasisInput, lastPoint: PointSeen): Basis {
  const { method, question, organisedAt, points, parked } = input;
  const states = points.flatMap(({ state }) => state ?? []);
  const currency = sortedUnion(states.map((state) => state.currency));
  return {
    log: eventStore.identity.logId,
    asOf: isoInstant(lastPoint.asOf),
    knownAt: knownAtText(lastPoint.knowledge),
    position: lastPoint.knowledge.position,
    event: lastPoint.knowledge.eventId,
    timeZone: question.zone,
    method,
    scope: question.scope,
    organised: organisedAt === undefined ? 'then' : isoInstant(organisedAt),
    processVersions: lastPoint.state?.processVersions ?? [],
    currency,
    ...(question.convertTo === undefined ? {} : { conversion: { to: question.convertTo, rates: lastPoint.state?.rates ?? [] } }),
    n: lastPoint.state?.all.deals ?? 0,
    parked,
    assumedSinceBeginning: sortedUnion(states.map((state) => state.assumedSinceBeginning)),
    marks: marksOf(input, currency),
  };
}

export function comparisonBasis(eventStore: EventStore, input: BasisInput, lastPoint: PointSeen, known: KnownWhen): ComparisonBasis {
  const points: readonly BasisPoint[] = input.points.map(({ asOf, knowledge, state }) => ({
    at: isoInstant(asOf),
    knownAt: knownAtText(knowledge),
    position: knowledge.position,
    processVersions: state?.processVersions ?? [],
    n: state?.all.deals ?? 0,
  }));
  return { ...basisOf(eventStore, input, lastPoint), known, points };
}

/** Deals held back by an error, of the models that an answer reads. */
export async function parkedDeals(readStore: ReadStore, models: readonly ReadModel[]): Promise<number> {
  const deals = new Set<string>();
  for (const model of models) {
    for (const { stream, entity } of await readStore.parked(await modelInUse(readStore, model)))
      if (stream.startsWith('deal-')) deals.add(entity);
  }
  return deals.size;
}
