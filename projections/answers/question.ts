import { nearest } from '../../libs/reporting/nearest.js';
import { DEAL_STATUSES } from '../../libs/domain/deal/deal.evolve.js';
import type { Personal } from '../../libs/domain/shared/envelope.js';
import { NOT_IN_SOURCE } from '../../libs/domain/shared/envelope.js';
import { isCurrency } from '../../libs/domain/shared/money.js';
import type { EpochMs } from '../../libs/domain/shared/instant.js';
import type { PipelineQuestion } from '../../libs/reporting/pipeline/tally.js';
import type { Filters, Grouping } from '../../libs/reporting/queries.js';
import { GROUPINGS, NOT_KNOWN, QuestionNotUnderstood } from '../../libs/reporting/queries.js';
import type { DimensionKind } from '../../libs/reporting/rows.js';
import type { DimensionView } from '../../libs/reporting/scope/dimension-view.js';
import { nameOf } from '../../libs/reporting/scope/dimension-view.js';
import { NAMED_KINDS, parseGroupings } from '../../libs/reporting/scope/groupings.js';
import { filterEntries } from '../../libs/reporting/scope/scope.js';
import { parseInstant, parseKnownAt } from '../../libs/reporting/time/instant.js';
import type { TimeContext } from '../../libs/reporting/time/period.js';
import { parsePeriod } from '../../libs/reporting/time/period.js';
import type { KnownAsked } from './known-at.js';

/** The timelines that a conversion reads. */
export function kindsConverted({ convertTo }: PipelineQuestion): readonly DimensionKind[] {
  return convertTo === undefined ? [] : ['rate'];
}

/** What every question about deals says in the same words. */
export interface ScopeAsked {
  readonly groupBy?: readonly Grouping[];
  readonly filters?: Filters;
  readonly closing?: string;
  readonly organised?: string;
  readonly convertTo?: string;
  readonly knownAt?: string;
  readonly after?: string;
  readonly timeoutMs?: number;
}

/** The same, read. Filters are still as they were said: names are looked up when the view is there. */
export interface ReadQuestion extends PipelineQuestion {
  /** Undefined: as organised at T. */
  readonly organisedAt: EpochMs | undefined;
  readonly known: KnownAsked;
}

/** Groupings whose values are few and known: another value is a mistake, not a group without deals. */
const CLOSED_LISTS: { readonly [G in Grouping]?: readonly string[] } = {
  status: DEAL_STATUSES,
  origin: ['spontaneous', 'provoked', NOT_IN_SOURCE],
};

function checkFilters(filters: Filters): Filters {
  const entries = filterEntries(filters);
  for (const [name, values] of entries) {
    if (!GROUPINGS.includes(name))
      throw new QuestionNotUnderstood(`'${name}' is no filter${nearest(name, GROUPINGS)}; take of ${GROUPINGS.join(', ')}`);
    const list = CLOSED_LISTS[name];
    const odd = values.find((value) => list !== undefined && value !== NOT_KNOWN && !list.includes(value));
    if (list !== undefined && odd !== undefined)
      throw new QuestionNotUnderstood(`'${odd}' is no ${name}${nearest(odd, list)}; take of ${list.join(', ')}`);
  }
  return Object.fromEntries(entries);
}

function currencyOf(text: string): string {
  if (!isCurrency(text)) throw new QuestionNotUnderstood(`'${text}' is no currency; say an ISO 4217 code such as EUR`);
  return text;
}

/** @throws QuestionNotUnderstood, TimeNotUnderstood */
export function readQuestion(asked: ScopeAsked, time: TimeContext, defaultGroupBy: readonly Grouping[]): ReadQuestion {
  const organised = asked.organised ?? 'then';
  const closing = asked.closing === undefined ? null : parsePeriod(asked.closing, time);
  return {
    groupBy: parseGroupings(asked.groupBy ?? defaultGroupBy),
    scope: {
      filters: checkFilters(asked.filters ?? {}),
      closing: closing === null ? null : { from: closing.from, to: closing.to },
    },
    zone: time.zone,
    ...(asked.convertTo === undefined ? {} : { convertTo: currencyOf(asked.convertTo) }),
    organisedAt: organised === 'then' ? undefined : parseInstant(organised, time),
    known: {
      knownAt: asked.knownAt === undefined ? undefined : parseKnownAt(asked.knownAt, time),
      after: asked.after,
      timeoutMs: asked.timeoutMs,
    },
  };
}

/** Which groupings a question reads, be it to group or to filter. */
export function groupingsRead({ groupBy, scope }: PipelineQuestion): readonly Grouping[] {
  return [...groupBy, ...filterEntries(scope.filters).map(([grouping]) => grouping)];
}

type NamesOf = (grouping: Grouping, view: DimensionView) => readonly (readonly [string, Personal | null])[];

/** Ids of everything that a grouping's values may name, with the names. */
const namesOf: NamesOf = (grouping, view) => {
  const kind = NAMED_KINDS[grouping];
  if (kind !== undefined) return [...view.all(kind).keys()].map((id) => [id, nameOf(view, kind, id)]);
  const processes = [...view.all('process')];
  if (grouping === 'pipeline') return processes.map(([id, { process }]) => [id, process.name]);
  if (grouping === 'stage' || grouping === 'lastStage') {
    return processes.flatMap(([id]) => [...view.stageLabels(id)]);
  }
  return [];
};

/**
 * Filters take names as well as ids: each value that is no known id is looked for among the names (`open` reads those of people for callers
 * with the right). A value that is neither stays as it is, and no deal has it.
 */
export async function filtersById(
  filters: Filters,
  view: DimensionView,
  open: (names: readonly (Personal | null)[]) => Promise<readonly (string | null)[]>,
): Promise<Filters> {
  const entries: (readonly [Grouping, readonly string[]])[] = [];
  for (const [grouping, values] of filterEntries(filters)) {
    const named = namesOf(grouping, view);
    const ids = new Set(named.map(([id]) => id));
    if (named.length === 0 || values.every((value) => ids.has(value))) {
      entries.push([grouping, values]);
      continue;
    }
    const names = await open(named.map(([, name]) => name));
    const wanted = values.flatMap((value) => {
      if (ids.has(value) || value === NOT_KNOWN || value === NOT_IN_SOURCE) return [value];
      const found = named.filter((_, index) => names[index]?.toLowerCase() === value.toLowerCase()).map(([id]) => id);
      return found.length === 0 ? [value] : found;
    });
    entries.push([grouping, [...new Set(wanted)].sort()]);
  }
  return Object.fromEntries(entries);
}
