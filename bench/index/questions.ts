import type { EpochMs } from '../../libs/domain/shared/instant.js';
import type { PipelineQuestion } from '../../libs/reporting/pipeline/tally.js';
import type { Filters, Grouping } from '../../libs/reporting/queries.js';
import type { DimensionInterval } from '../../libs/reporting/rows.js';
import type { DimensionView } from '../../libs/reporting/scope/dimension-view.js';
import { dimensionView } from '../../libs/reporting/scope/dimension-view.js';
import { UTC } from '../../libs/reporting/time/report-zone.js';
import { BEGINS, COMPANIES, ENDS, OWNERS, PIPELINE, PRODUCTS, SOURCES, STAGES } from './deal-log.js';
import { randomNumbers } from './random.js';

const TEAMS = 20;

export function teamOf(owner: number): string {
  return `team-${owner % TEAMS}`;
}

const life = {
  openedBy: 1,
  ordinal: 0,
  validFrom: BEGINS,
  validTo: null,
  endedBy: null,
  withdrawnBy: null,
  assumedSinceBeginning: 0 as const,
};

/** Who is of which team, and what the stages weigh: the same at every (T, K) of the bench. */
export function benchView(): DimensionView {
  const employees = Array.from({ length: OWNERS }, (_, owner): DimensionInterval => {
    const values = { name: null, team: teamOf(owner), manager: null, office: null, department: null };
    return { ...life, entity: `employee/e${owner}`, kind: 'employee', id: `e${owner}`, values };
  });
  const stages = STAGES.map((id, index) => ({
    id,
    label: id,
    weight: (index + 1) * 1_000,
    requiredFields: [],
    stagnatesAfterDays: null,
    actions: [],
  }));
  const process = { name: PIPELINE, stages, gates: {}, removedStages: [] };
  const sales: DimensionInterval = {
    ...life,
    entity: `process/${PIPELINE}`,
    kind: 'process',
    id: PIPELINE,
    values: { version: 1, process } as never,
  };
  return dimensionView([...employees, sales]);
}

export type QuestionClass = 'standard' | 'filtered' | 'past' | 'pairs';

export interface BenchQuestion {
  readonly groupBy: readonly Grouping[];
  readonly filters: Filters;
  readonly asOf: EpochMs;
  readonly knownAt: number;
}

export function asPipelineQuestion({ groupBy, filters }: BenchQuestion): PipelineQuestion {
  return { groupBy, scope: { filters, closing: null }, zone: UTC };
}

const SINGLE = ['status', 'stage', 'owner', 'team', 'pipeline', 'source', 'product', 'currency'] as const;
/** All pairs of standard groupings. */
const PAIRS: readonly (readonly Grouping[])[] = SINGLE.flatMap((one, place) => SINGLE.slice(place + 1).map((other) => [one, other]));
/** Every standard grouping, and every kind of pair (design section 7). */
const STANDARD: readonly (readonly Grouping[])[] = [
  ...SINGLE.map((grouping) => [grouping]),
  ...([
    ['stage', 'owner'],
    ['status', 'team'],
    ['product', 'source'],
    ['status', 'stage'],
  ] as const),
];
const ANY: readonly (readonly Grouping[])[] = [
  ...([
    ['company'],
    ['campaign', 'stage'],
    ['origin', 'owner'],
    ['stage', 'owner'],
    ['status', 'product', 'source'],
    ['status', 'stage'],
  ] as const),
];

/** Questions drawn by a seed, at instants spread over the ten years. */
export function drawnQuestions(kind: QuestionClass, count: number, events: number, seed = 11): readonly BenchQuestion[] {
  const random = randomNumbers(seed);
  const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T; // from is not empty
  return Array.from({ length: count }, (_, number) => {
    const asOf = BEGINS + random(1_000_000) * Math.floor((ENDS - BEGINS) / 1_000_000);
    if (kind === 'standard' || kind === 'pairs') {
      const groupings = kind === 'standard' ? STANDARD : PAIRS;
      return { groupBy: groupings[number % groupings.length] ?? [], filters: {}, asOf, knownAt: events };
    }
    const filters = filtersOf(random, pick);
    const past = Math.floor(events * (0.3 + random(600) / 1_000));
    return { groupBy: ANY[number % ANY.length] ?? [], filters, asOf, knownAt: kind === 'past' ? past : events };
  });
}

function filtersOf(random: (below: number) => number, pick: <T>(from: readonly T[]) => T): Filters {
  switch (random(5)) {
    case 0:
      return { status: ['open'] };
    case 1:
      return { owner: Array.from({ length: 10 }, () => `e${random(OWNERS)}`), status: ['open', 'won'] };
    case 2:
      return { product: [`x${random(PRODUCTS)}`, `x${random(PRODUCTS)}`] };
    case 3:
      return { team: [teamOf(random(TEAMS))], source: [pick(SOURCES)] };
    default:
      return { company: Array.from({ length: 50 }, () => `c${random(COMPANIES)}`) };
  }
}
