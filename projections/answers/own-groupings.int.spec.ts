import fc from 'fast-check';
import { isoInstant } from '../../libs/domain/shared/instant.js';
import { nobody, withAnswers } from '../../libs/testing/answering.js';
import type { RecordedEvent } from '../../libs/domain/shared/envelope.js';
import { holds } from '../../libs/testing/property.js';
import { Telling } from '../../libs/testing/tell.js';

const DAY = 86_400_000;
const BEGINS = Date.UTC(2025, 0, 6, 9);

/** Firms that ask, buy, and sometimes take it back: many of them on one day. */
const deals = fc.array(
  fc.record({
    company: fc.constantFrom('acme', 'acme', 'bolt', 'not-in-source'),
    asked: fc.nat(12),
    /** Days until it is won, reopened, and won again; null: never. */
    won: fc.option(fc.nat(6), { freq: 4 }),
    reopened: fc.option(fc.nat(4), { freq: 1 }),
    again: fc.option(fc.nat(4)),
  }),
  { minLength: 2, maxLength: 8, size: 'max' },
);
type Told = typeof deals extends fc.Arbitrary<infer T> ? T : never;

function historyOf(list: Told): readonly RecordedEvent[] {
  const telling = new Telling();
  const won = { type: 'DealWon', data: { value: 'unknown', reasons: [] } } as const;
  const moves = list.flatMap(({ company, asked, won: wins, reopened, again }, index) => {
    const from = { contactId: 'not-in-source', companyId: company, summary: 'not-in-source', source: { kind: 'not-asked' } };
    const data = { ...from, origin: { kind: 'spontaneous' }, receivedBy: 'not-in-source' };
    const lead = { pipelineId: 'sales', stageId: 'meeting', ownerId: 'anna' };
    const on = [asked, asked + (wins ?? 0), asked + (wins ?? 0) + (reopened ?? 0), asked + (wins ?? 0) + (reopened ?? 0) + (again ?? 0)];
    return [
      { day: on[0], event: { type: 'RequestRegistered', data } },
      { day: on[0], event: { type: 'LeadQualified', data: lead } },
      ...(wins === null ? [] : [{ day: on[1], event: won }]),
      ...(wins === null || reopened === null ? [] : [{ day: on[2], event: { type: 'DealReopened', data: { stageId: 'meeting' } } }]),
      ...(wins === null || reopened === null || again === null ? [] : [{ day: on[3], event: won }]),
    ].map(({ day = 0, event }) => ({ stream: `deal-d${index}`, at: BEGINS + day * DAY, event }));
  });
  for (const { stream, at, event } of moves.toSorted((a, b) => a.at - b.at)) telling.tell(stream, at, event);
  return telling.events;
}

const ALWAYS = { from: '1000-01-01', to: '9000-01-01' };

describe('what a firm was to us', () => {
  it('when it asked is what its other deals were a moment before, and a first purchase is the earliest that stands (EF05, SO03)', async () => {
    await holds(
      fc.asyncProperty(deals, fc.nat(30), async (list, days) => {
        await withAnswers(historyOf(list), async ({ answers }) => {
          const asOf = isoInstant(BEGINS + days * DAY);
          const all = await answers.deals({ asOf, limit: 1_000 }, nobody);
          const dated = all.deals.filter((deal) => deal.dated);
          const ofFirm = (company: string | null) =>
            dated.filter((deal) => company !== null && company !== 'not-in-source' && deal.company === company);

          const query = { ...ALWAYS, to: asOf, asOf, step: 'year' as const, behind: 'deals' as const };
          const related = await answers.inflow({ ...query, groupBy: ['relationship'] }, nobody);
          for (const { deal, group } of related.behind?.told ?? []) {
            const own = dated.find((each) => each.deal === deal);
            const before = isoInstant(Date.parse(own?.registeredAt ?? '') - 1);
            const then = new Map(
              (await answers.deals({ asOf: before, limit: 1_000 }, nobody)).deals.map((each) => [each.deal, each.status]),
            );
            const statuses = ofFirm(own?.company ?? null).flatMap((each) => (each.deal === deal ? [] : (then.get(each.deal) ?? [])));
            const expected = statuses.includes('won') ? 'customer' : statuses.length > 0 ? 'acquaintance' : 'unknown';
            expect([deal, group.relationship]).toEqual([deal, ofFirm(own?.company ?? null).length === 0 ? null : expected]);
          }

          const won = new Map<string, { readonly company: string | null; readonly at: string }>();
          for (const { deal, company } of dated.filter(({ status }) => status === 'won')) {
            const { state } = await answers.deal(deal, { asOf }, nobody);
            if (typeof state?.['closedAt'] === 'string') won.set(deal, { company, at: `${state['closedAt']} ${deal}` });
          }
          const bought = await answers.winRate({ asOf, groupBy: ['purchase'], behind: 'won' }, nobody);
          for (const { deal, group } of bought.behind?.told ?? []) {
            const win = won.get(deal);
            const wins = ofFirm(win?.company ?? null).flatMap((each) => won.get(each.deal)?.at ?? []);
            const first = wins.toSorted()[0];
            expect([deal, group.purchase]).toEqual([deal, first === undefined ? null : first === win?.at ? 'first' : 'repeat']);
          }
        });
      }),
      0.3,
    );
  });
});
