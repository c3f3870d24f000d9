import fc from 'fast-check';
import { DEAL, PROCESSES, QUOTES, SALES, employee, eur, registerRequest, stage } from '../../testing/deal-words.js';
import { holds } from '../../testing/property.js';
import { Telling } from '../../testing/tell.js';
import type { DecideContext } from '../shared/decide-context.js';
import type { RecordedEvent } from '../shared/envelope.js';
import { factsAsKnown } from '../shared/history.js';
import type { EventId } from '../shared/ids.js';
import type { CalendarDate } from '../shared/instant.js';
import { LOG_START } from '../shared/position.js';
import { Refusal } from '../shared/refusal.js';
import type { CorrectableFact, DealCommand } from './deal.commands.js';
import { dealKind, decide } from './deal.decider.js';
import type { DealFact } from './deal.events.js';
import type { Deal, DealFactAt } from './deal.evolve.js';
import { DEAL_STATUSES, evolve, noDeal } from './deal.evolve.js';
import { LEGAL_IN, isLegal } from './deal.transitions.js';

const HOUR = 3_600_000;
const BEGINS = Date.UTC(2025, 0, 6, 9);

const stageIds = fc.constantFrom('qualification', 'meeting', 'proposal', 'closing', 'qualified-lead', 'quote', 'demo').map(stage);
const pipelineIds = fc.constantFrom(SALES, QUOTES);
const owners = fc.constantFrom('anna', 'bob', 'carla').map(employee);
const values = fc.oneof(fc.constant('unknown' as const), fc.nat(90_000).map(eur));
const dates = fc.constantFrom<(CalendarDate | null)[]>('2025-06-30' as CalendarDate, '2025-09-30' as CalendarDate, null);
const reasons = fc.constantFrom(['price'], ['competitor']);

const facts: fc.Arbitrary<CorrectableFact> = fc.oneof(
  fc.constant<CorrectableFact>({ type: 'RequestContacted', data: { channel: 'phone' } }),
  fc
    .record({ pipelineId: pipelineIds, stageId: stageIds, ownerId: owners })
    .map((data): CorrectableFact => ({ type: 'LeadQualified', data })),
  stageIds.map((to): CorrectableFact => ({ type: 'StageAdvanced', data: { to } })),
  stageIds.map((to): CorrectableFact => ({ type: 'StageReturned', data: { to } })),
  values.map((value): CorrectableFact => ({ type: 'ExpectedValueEstimated', data: { value } })),
  dates.map((wakeUp): CorrectableFact => ({ type: 'DealPostponed', data: { wakeUp } })),
  fc.constant<CorrectableFact>({ type: 'DealResumed', data: {} }),
  values.map((value): CorrectableFact => ({ type: 'DealWon', data: { value, reasons: ['price'] } })),
  reasons.map((said): CorrectableFact => ({ type: 'DealLost', data: { reasons: said } })),
  stageIds.map((stageId): CorrectableFact => ({ type: 'DealReopened', data: { stageId } })),
);

type Asked = (events: readonly RecordedEvent[]) => DealCommand;
const named = (events: readonly RecordedEvent[], pick: number): EventId =>
  events[pick % Math.max(1, events.length)]?.eventId ?? ('nowhere' as EventId);
const correcting = (
  correction: (events: readonly RecordedEvent[]) => Extract<DealCommand, { type: 'CorrectHistory' }>['correction'],
): Asked => {
  return (events) => ({ type: 'CorrectHistory', id: DEAL, correction: correction(events), reason: 'found out later' });
};

const commands: fc.Arbitrary<Asked> = fc.oneof(
  ...[
    fc.constant(registerRequest()),
    fc.constant<DealCommand>({ type: 'RecordFirstContact', id: DEAL, channel: 'phone' }),
    fc
      .record({ pipelineId: pipelineIds, stageId: stageIds, ownerId: owners })
      .map((said): DealCommand => ({ type: 'QualifyLead', id: DEAL, ...said })),
    stageIds.map((toStageId): DealCommand => ({ type: 'AdvanceStage', id: DEAL, toStageId })),
    stageIds.map((toStageId): DealCommand => ({ type: 'ReturnToStage', id: DEAL, toStageId })),
    fc.record({ pipelineId: pipelineIds, stageId: stageIds }).map((said): DealCommand => ({ type: 'TransferDeal', id: DEAL, ...said })),
    values.map((value): DealCommand => ({ type: 'EstimateValue', id: DEAL, value })),
    dates.map((decisionDate): DealCommand => ({ type: 'ExpectDecision', id: DEAL, decisionDate })),
    fc.nat(10_000).map((get): DealCommand => ({ type: 'AssessChance', id: DEAL, get })),
    owners.map((ownerId): DealCommand => ({ type: 'AssignOwner', id: DEAL, ownerId })),
    dates.map((wakeUp): DealCommand => ({ type: 'PostponeDeal', id: DEAL, wakeUp })),
    fc.constant<DealCommand>({ type: 'ResumeDeal', id: DEAL }),
    reasons.map((said): DealCommand => ({ type: 'WinDeal', id: DEAL, reasons: said })),
    reasons.map((said): DealCommand => ({ type: 'LoseDeal', id: DEAL, reasons: said })),
    fc.constant<DealCommand>({ type: 'ReopenDeal', id: DEAL }),
    fc.constant<DealCommand>({ type: 'RouteRequestToMarketing', id: DEAL, lists: ['newsletter'], reason: 'no plans' }),
    fc.constant<DealCommand>({ type: 'FileRequest', id: DEAL, reason: 'a student' }),
  ].map((each) =>
    each.map(
      (command): Asked =>
        () =>
          command,
    ),
  ),
  fc
    .record({ event: facts, ago: fc.nat(60) })
    .map(({ event, ago }) =>
      correcting((events) => ({ kind: 'insert', event, effectiveAt: (events.at(-1)?.effectiveAt ?? BEGINS) - ago * HOUR })),
    ),
  fc
    .record({ event: facts, pick: fc.nat(99) })
    .map(({ event, pick }) => correcting((events) => ({ kind: 'replace', target: named(events, pick), event }))),
  fc.nat(99).map((pick) => correcting((events) => ({ kind: 'void', target: named(events, pick) }))),
);

/** The state by the law, as command handling loads it. */
function load(events: readonly RecordedEvent[]): { deal: Deal; facts: readonly DealFactAt[]; withdrawn: boolean } {
  const known = factsAsKnown<DealFact>(events, events.at(-1)?.position ?? LOG_START);
  const deal = known.withdrawn ? noDeal : known.facts.reduce<Deal>(evolve, noDeal);
  return { deal, facts: known.facts, withdrawn: known.withdrawn };
}

function firstIllegal(facts: readonly DealFactAt[]): string | undefined {
  let deal: Deal = noDeal;
  for (const fact of facts) {
    if (!isLegal(deal, fact.type)) return `${fact.type} in ${deal.status}`;
    deal = evolve(deal, fact);
  }
  return undefined;
}

/** Sends the commands one after the other, hours apart; refused ones leave nothing. */
function run(asked: readonly Asked[]): { events: readonly RecordedEvent[]; refused: number } {
  const telling = new Telling();
  let refused = 0;
  asked.forEach((ask, index) => {
    const now = BEGINS + index * HOUR;
    const { events } = telling;
    const { deal, facts: known, withdrawn } = load(events);
    const command = ask(events);
    const latestAt = withdrawn ? null : (known.at(-1)?.effectiveAt ?? null);
    const { at } = dealKind.effectiveAt(deal, command, undefined, { now, latestAt });
    const context: DecideContext = {
      ...{ actor: { id: 'anna', kind: 'person' }, now, at, latestAt, withdrawn, processes: PROCESSES },
      history: () => events,
      schemaVersionOf: () => 1,
    };
    try {
      const decided = decide(deal, command, context);
      for (const event of decided) telling.tell('deal-d1', at, event);
      if (decided.length > 0 && load(events).withdrawn === false) {
        const again = { ...context, latestAt: load(events).facts.at(-1)?.effectiveAt ?? null, history: () => telling.events };
        // Asked once more right away, the same changes nothing, or is refused: never a second event.
        expect(eventsOrRefusal(load(events).deal, command, again)).toEqual([]);
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refused += 1;
    }
  });
  return { events: telling.events, refused };
}

function eventsOrRefusal(deal: Deal, command: DealCommand, context: DecideContext): readonly unknown[] {
  try {
    return decide(deal, command, context);
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}

describe('any sequence of commands', () => {
  it('leaves, corrections of all kinds included, a history in which every event is legal where it stands (RV02)', async () => {
    await holds(
      fc.property(fc.array(commands, { minLength: 1, maxLength: 40 }), (asked) => {
        const { events } = run([() => registerRequest(), ...asked]);
        const { facts: known, withdrawn } = load(events);
        expect(withdrawn ? undefined : firstIllegal(known)).toBeUndefined();
      }),
    );
  });
});

describe('any sequence of events', () => {
  const anyFact: fc.Arbitrary<DealFactAt> = fc
    .record({ fact: fc.oneof(facts, fc.constant(registered())), hours: fc.nat(100) })
    // Moves that a correction leaves to be filled in fold as they are: `evolve` reads only where they go.
    .map(({ fact, hours }) => ({ ...fact, effectiveAt: BEGINS + hours * HOUR, dated: true }) as DealFactAt);

  it('folds to a state: the fold never throws and never decides', async () => {
    await holds(
      fc.property(fc.array(anyFact, { maxLength: 30 }), (list) => {
        const deal = list.reduce<Deal>(evolve, noDeal);
        expect(['none', ...DEAL_STATUSES]).toContain(deal.status);
      }),
    );
  });

  it('is let pass by an older reader where it does not know an event', () => {
    const open = [registered(), { type: 'RequestContacted', data: { channel: 'phone' } } as const].reduce<Deal>(
      (deal, fact) => evolve(deal, { ...fact, effectiveAt: BEGINS, dated: true }),
      noDeal,
    );
    expect(evolve(open, { type: 'QuotePrepared', data: {}, effectiveAt: BEGINS, dated: true } as never)).toEqual(open);
  });
});

describe('the table of legal transitions', () => {
  it('lets a request begin once, and go on from every status but a closed request', () => {
    expect(LEGAL_IN.RequestRegistered).toEqual(['none']);
    const moving = Object.entries(LEGAL_IN).filter(([type]) => type !== 'CompanyIdentified' && type !== 'ProductIdentified');
    const left = new Set(moving.flatMap(([, phases]) => phases));
    expect([...left].sort()).toEqual(
      ['contacted', 'deal-filed', 'deal-to-marketing', 'lost', 'none', 'open', 'postponed', 'requested', 'won'].sort(),
    );
  });
});

function registered(): DealFact {
  const { type: _type, id: _id, ...data } = registerRequest() as Extract<DealCommand, { type: 'RegisterRequest' }>;
  return { type: 'RequestRegistered', data };
}
