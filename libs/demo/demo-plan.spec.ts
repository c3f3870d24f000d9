import type { DealFact } from '../domain/deal/deal.events.js';
import type { Deal } from '../domain/deal/deal.evolve.js';
import { evolve, noDeal } from '../domain/deal/deal.evolve.js';
import { isLegal } from '../domain/deal/deal.transitions.js';
import type { RecordedEvent } from '../domain/shared/envelope.js';
import { factsAsKnown } from '../domain/shared/history.js';
import { categoryOf } from '../domain/shared/ids.js';
import { Refusal } from '../domain/shared/refusal.js';
import { DecidedHistory } from '../testing/log-in-memory.js';
import type { DemoPlanOptions } from './demo-plan.js';
import { demoBegins, demoPlan } from './demo-plan.js';
import type { DemoStep } from './demo-step.js';

const endsAt = Date.UTC(2026, 10, 20);
const plan = (options: Partial<DemoPlanOptions> = {}): DemoStep[] => [
  ...demoPlan({ deals: 1_500, seed: 7, endsAt, removesStage: true, ...options }),
];

/** Carries the plan out with the deciders alone. */
function carriedOut(steps: readonly DemoStep[]): { history: DecidedHistory; refused: string[] } {
  const history = new DecidedHistory();
  const made = new Map<string, readonly RecordedEvent[]>();
  const refused: string[] = [];
  for (const { key, at, effectiveAt, actor, command, corrects, remembered } of steps) {
    const target = corrects && made.get(corrects.step)?.find((event) => event.type === corrects.type)?.eventId;
    const sent =
      target !== undefined && command.type === 'CorrectHistory'
        ? { ...command, correction: { ...command.correction, target } as typeof command.correction }
        : command;
    try {
      const events = history.send(sent, { actor, at, ...(effectiveAt === undefined ? {} : { effectiveAt }) });
      if (remembered) made.set(key, events);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refused.push(`${key} ${command.type}: ${error.message}`);
    }
  }
  return { history, refused };
}

describe('the demo company', () => {
  const steps = plan();
  const { history, refused } = carriedOut(steps);

  it('never asks for what a decider refuses', () => {
    expect(refused).toEqual([]);
  });

  it('has as many requests as were asked for, and a few registered twice', () => {
    const registered = steps.filter((step) => step.command.type === 'RegisterRequest').map((step) => step.command.id as string);
    expect(registered.filter((id) => /^D\d{5}$/.test(id))).toHaveLength(1_500);
    expect(registered.filter((id) => id.endsWith('-twice')).length).toBeGreaterThan(5);
  });

  it('is told in the order in which it was entered, and ends before its end', () => {
    const entered = steps.map((step) => step.at);
    expect(entered).toEqual(entered.toSorted((a, b) => a - b));
    expect(entered[0]).toBe(demoBegins(endsAt));
    expect(entered.at(-1)).toBeLessThan(endsAt);
    expect(
      steps.filter((step) => step.effectiveAt !== undefined && step.effectiveAt > step.at).map((step) => step.command.type),
    ).not.toContain('WinDeal');
  });

  it('has every kind of event that a business writes', () => {
    const kinds = new Set(history.events.map((event) => event.type));
    expect([...kinds].sort()).toEqual(
      [
        ...[
          'RequestRegistered',
          'RequestContacted',
          'RequestRoutedToMarketing',
          'RequestFiled',
          'LeadQualified',
          'OwnerAssigned',
          'CompanyIdentified',
        ],
        ...[
          'ProductIdentified',
          'ExpectedValueEstimated',
          'DecisionDateExpected',
          'ChanceAssessed',
          'StageAdvanced',
          'StageReturned',
          'StageReassigned',
        ],
        ...['DealTransferred', 'DealPostponed', 'DealResumed', 'DealWon', 'DealLost', 'DealReopened', 'HistoryCorrected'],
        ...[
          'ContactRegistered',
          'ContactDetailsRevised',
          'ContactMovedToCompany',
          'CompanyRegistered',
          'CompanyRenamed',
          'IndustryClassified',
        ],
        ...[
          'CompanyProfiled',
          'EmployeeRegistered',
          'EmployeeRenamed',
          'TeamJoined',
          'ManagerAssigned',
          'OfficeJoined',
          'DepartmentJoined',
        ],
        ...[
          'ProductRegistered',
          'ProductRenamed',
          'ListPriceSet',
          'CampaignRegistered',
          'CampaignRenamed',
          'PipelineDefined',
          'PipelineRevised',
        ],
        ...['QuotaSet', 'QuotaWithdrawn', 'ForecastSubmitted', 'ForecastWithdrawn'],
      ].sort(),
    );
  });

  it('corrects in every way, corrections too, and enters some facts late', () => {
    const corrections = history.events
      .filter((event) => event.type === 'HistoryCorrected')
      .map((event) => event.data as { kind: string; target?: string });
    const ids = new Set(
      history.events.filter((event) => event.type === 'HistoryCorrected').map((event) => `${event.stream} ${event.eventId}`),
    );
    const kinds = new Set(corrections.map((data) => data.kind));
    expect([...kinds].sort()).toEqual(['insert', 'replace', 'void']);
    const ofCorrections = history.events.filter(({ stream, data }) =>
      ids.has(`${stream} ${String((data as { target?: unknown }).target)}`),
    );
    expect(ofCorrections.length).toBeGreaterThan(3);
    expect(
      history.events.filter((event) => event.type === 'DealWon' && event.recordedAt - event.effectiveAt > 3_600_000).length,
    ).toBeGreaterThan(5);
  });

  it('leaves deals in every status, and facts that obey the law', () => {
    const statuses = new Set<string>();
    for (const stream of history.streams().filter((name) => categoryOf(name) === 'deal')) {
      const events = history.of(stream);
      const { facts, withdrawn } = factsAsKnown<DealFact>(
        events,
        events[events.length - 1]?.position ?? events[0]?.position ?? ('' as never),
      );
      if (withdrawn) {
        statuses.add('withdrawn');
        continue;
      }
      let deal: Deal = noDeal;
      for (const fact of facts) {
        if (!isLegal(deal, fact.type)) throw new Error(`${stream}: ${fact.type} in ${deal.status}`);
        deal = evolve(deal, fact);
      }
      statuses.add(deal.status);
    }
    expect([...statuses].sort()).toEqual(
      ['contacted', 'filed', 'lost', 'marketing', 'open', 'postponed', 'requested', 'withdrawn', 'won'].sort(),
    );
  });

  it('is the same for the same seed and end, and another for another seed', () => {
    const small = { deals: 60 };
    expect(plan(small)).toEqual(plan(small));
    expect(plan({ ...small, seed: 8 })).not.toEqual(plan(small));
  });

  it('keeps every step’s key to itself', () => {
    expect(new Set(steps.map((step) => step.key)).size).toBe(steps.length);
  });

  it('can be told to a log that records at its own time: no stage is taken out in the past', () => {
    const kept = plan({ deals: 200, removesStage: false });
    const now = endsAt + 1;
    const history = new DecidedHistory();
    const refusals = kept.flatMap((step) => {
      if (step.corrects !== undefined) return [];
      try {
        history.send(step.command, {
          actor: step.actor,
          at: now,
          ...(step.effectiveAt === undefined ? {} : { effectiveAt: step.effectiveAt }),
        });
        return [];
      } catch (error) {
        return [String(error)];
      }
    });
    expect(refusals).toEqual([]);
  });

  it('holds what is under way, not what is to come: ten thousand requests begin at once', () => {
    const steps = demoPlan({ deals: 10_000, seed: 1, endsAt, removesStage: true });
    const first = Array.from({ length: 500 }, () => steps.next().value);
    expect(first.every((step) => step !== undefined)).toBe(true);
  });
});
