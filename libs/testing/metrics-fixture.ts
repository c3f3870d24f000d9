import type { DealFact } from '../domain/deal/deal.events.js';
import type { ProcessDefinition, Stage } from '../domain/pipeline/pipeline.events.js';
import type { DomainEvent, RecordedEvent } from '../domain/shared/envelope.js';
import type { CompanyId, ContactId, EmployeeId, PipelineId, StageId } from '../domain/shared/ids.js';
import type { CalendarDate, EpochMs } from '../domain/shared/instant.js';
import { BEGINNING_OF_TIME } from '../domain/shared/instant.js';
import type { Money } from '../domain/shared/money.js';
import { Telling } from './tell.js';

/** The eight deals of metrics.md section 1, as told there: 2025, UTC, moves at 09:00 unless noted, amounts in thousands. */

const STAGES = [
  ['qualification', 'Qualification', 1_000],
  ['meeting', 'Meeting', 3_000],
  ['proposal', 'Proposal', 6_000],
  ['closing', 'Closing', 8_000],
] as const;
type StageName = (typeof STAGES)[number][0];

/** Days after which a deal stands still in its stage, where the process says so. */
type Stagnation = Partial<Record<StageName, number>>;

function processOf(stagnation: Stagnation): ProcessDefinition {
  return {
    name: 'Sales',
    stages: STAGES.map(([id, label, weight]): Stage => ({
      ...{ id: id as StageId, label, weight, requiredFields: [], stagnatesAfterDays: stagnation[id] ?? null, actions: [] },
    })),
    gates: {},
    removedStages: [],
  };
}

function at(day: string): EpochMs {
  return Date.parse(`2025-${day.length === 5 ? `${day}T09:00` : day.replace(' ', 'T')}:00.000Z`);
}

function thousands(amount: number): Money {
  return { minor: Math.round(amount * 100_000), currency: 'USD' };
}

type Told = readonly [day: string, ...facts: readonly DealFact[]];

const amount = (value: number): DealFact => ({ type: 'ExpectedValueEstimated', data: { value: thousands(value) } });
const close = (day: string): DealFact => ({ type: 'DecisionDateExpected', data: { decisionDate: `2025-${day}` as CalendarDate } });
const to = (stage: StageName, from: StageName = 'qualification'): DealFact => ({
  type: 'StageAdvanced',
  data: { from: from as StageId, to: stage as StageId, skipped: [] },
});
const backTo = (stage: StageName, from: StageName): DealFact => ({
  type: 'StageReturned',
  data: { from: from as StageId, to: stage as StageId },
});
const won = (value: number): DealFact => ({ type: 'DealWon', data: { value: thousands(value), reasons: [] } });
const lost: DealFact = { type: 'DealLost', data: { reasons: ['price'] } };
const reopened = (stage: StageName): DealFact => ({ type: 'DealReopened', data: { stageId: stage as StageId } });

function qualified(deal: string, value: number, closing: string): readonly DealFact[] {
  return [
    {
      type: 'RequestRegistered',
      data: {
        contactId: `p-${deal}` as ContactId,
        companyId: `c-${deal}` as CompanyId,
        summary: 'not-in-source',
        source: { kind: 'not-asked' },
        origin: { kind: 'spontaneous' },
        receivedBy: 'not-in-source',
      },
    },
    {
      type: 'LeadQualified',
      data: { pipelineId: 'sales' as PipelineId, stageId: 'qualification' as StageId, ownerId: 'anna' as EmployeeId },
    },
    amount(value),
    close(closing),
  ];
}

const deals: Readonly<Record<string, readonly Told[]>> = {
  D1: [
    ['01-05', ...qualified('D1', 10, '03-20')],
    ['01-15', to('meeting')],
    ['02-01', to('proposal', 'meeting')],
    ['02-20', to('closing', 'proposal')],
    ['02-25', amount(12)],
    ['03-10', won(12)],
  ],
  D2: [
    ['01-10', ...qualified('D2', 20, '03-31')],
    ['01-20', to('proposal')],
    ['02-15', lost],
  ],
  D3: [
    ['02-10', ...qualified('D3', 5, '03-15')],
    ['02-20', to('meeting')],
    ['03-01', backTo('qualification', 'meeting')],
    ['03-05', close('05-10')],
    ['03-12', to('meeting')],
  ],
  D4: [
    ['01-20', ...qualified('D4', 40, '06-30')],
    ['02-05', to('meeting')],
    ['03-08', close('03-28')],
  ],
  D5: [
    ['02-20', ...qualified('D5', 8, '03-25')],
    ['03-03', lost],
    ['03-15', reopened('meeting')],
  ],
  D6: [['03-04 00:00', ...qualified('D6', 15, '03-30')]],
  D7: [
    ['01-25', ...qualified('D7', 30, '03-30')],
    ['02-02', to('meeting')],
    ['03-06', amount(22)],
  ],
  D8: [
    ['02-25', ...qualified('D8', 9, '03-31')],
    ['03-18', amount(9.5), won(9.5)],
  ],
};

/** `more` is told in its place: at the instant of each event. */
function tellDeals(more: readonly (readonly [day: string, stream: string, event: DomainEvent])[] = []): Telling {
  const telling = new Telling();
  const process: DomainEvent = { type: 'PipelineDefined', data: { version: 1, process: processOf({}) } };
  telling.tell('pipeline-sales', BEGINNING_OF_TIME, process, { dated: false, recordedAt: at('01-01') });
  const moves = Object.entries(deals).flatMap(([deal, told]) =>
    told.map(([day, ...facts]) => ({ stream: `deal-${deal}`, when: at(day), facts: facts as readonly DomainEvent[] })),
  );
  const others = more.map(([day, stream, event]) => ({ stream, when: at(day), facts: [event] }));
  for (const { stream, when, facts } of [...moves, ...others].toSorted((a, b) => a.when - b.when)) {
    for (const fact of facts) telling.tell(stream, when, fact, stream.startsWith('deal-') ? { processVersion: 'sales@1' } : {});
  }
  return telling;
}

/** Everything as recorded when it happened. */
export function metricsFixture(): readonly RecordedEvent[] {
  return tellDeals().events;
}

/** And what anna said she would win in the first quarter, in thousands, day by day. */
export function metricsFixtureWithSubmissions(said: Readonly<Record<string, number>>): readonly RecordedEvent[] {
  const submitted = Object.entries(said).map(([day, thousand]) => {
    const data = { submitterId: 'anna', from: '2025-01-01', to: '2025-04-01', category: 'commit', amount: thousands(thousand) };
    return [day, 'forecast-anna', { type: 'ForecastSubmitted', data }] as const;
  });
  return tellDeals(submitted).events;
}

/** And then, on 19 March, a process that says what too long is, anna's team, and quotas of hers and of two teams. */
export function metricsFixtureWithQuotas(): readonly RecordedEvent[] {
  const telling = tellDeals();
  const when = at('03-19');
  const quota = (holder: object, thousand: number): DomainEvent => ({
    type: 'QuotaSet',
    data: { holder, from: '2025-01-01', to: '2025-04-01', amount: thousands(thousand) },
  });
  const process = processOf({ qualification: 14, meeting: 30 });
  telling.tell('pipeline-sales', when, { type: 'PipelineRevised', data: { version: 2, process } });
  telling.tell('employee-anna', when, { type: 'TeamJoined', data: { team: 'north' } });
  telling.tell('quota-anna', when, quota({ kind: 'person', employeeId: 'anna' }, 50));
  telling.tell('quota-north', when, quota({ kind: 'team', team: 'north' }, 21.5));
  telling.tell('quota-south', when, quota({ kind: 'team', team: 'south' }, 40));
  return telling.events;
}
