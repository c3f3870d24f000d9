import type { Answering } from '../../libs/testing/answering.js';
import { nobody, openAnswering } from '../../libs/testing/answering.js';
import { metricsFixtureWithQuotas } from '../../libs/testing/metrics-fixture.js';
import { Telling } from '../../libs/testing/tell.js';

const asOf = '2025-03-20T00:00:00Z';

/** The eight deals of metrics.md, then a process that says what too long is, and quotas. */
function open(): Promise<Answering> {
  return openAnswering(metricsFixtureWithQuotas(), { now: Date.parse('2025-04-01'), logMadeAt: Date.parse('2025-01-01') });
}

describe('aging', () => {
  it('tells how long open deals stand in their stage, which too long by the process in force at T, and what is usual there (RV11, RV12)', async () => {
    const { answers, close } = await open();
    const { rows, oldest, postponed, totals } = await answers.aging({ asOf, limit: 2 }, nobody);
    // D6 16 d less 9 h since 03-04 00:00; D3 since 03-12, D5 since 03-15, D7 since 02-02, D4 since 02-05, all at 09:00.
    expect(
      rows.map(({ group, deals, age, stagnant, thresholdDays, usualDays }) => [
        ...[group.stage, deals, age.medianDays, age.longestDays, stagnant.deals, stagnant.value, thresholdDays, usualDays],
      ]),
    ).toEqual([
      ['qualification', 1, 16, 16, 1, [{ amount: '15000.00', currency: 'USD' }], 14, 11],
      ['meeting', 4, 7.63, 45.63, 2, [{ amount: '62000.00', currency: 'USD' }], 30, 17],
    ]);
    expect(oldest.map(({ deal, ageDays, stagnant }) => [deal, ageDays, stagnant])).toEqual([
      ['D7', 45.63, true],
      ['D4', 42.63, true],
    ]);
    expect([postponed, totals.deals, totals.stagnant.deals, totals.age.bands]).toEqual([
      ...[0, 5, 3],
      [
        { upToDays: 30, deals: 3 },
        { upToDays: 60, deals: 2 },
        { upToDays: 90, deals: 0 },
        { upToDays: 180, deals: 0 },
        { upToDays: null, deals: 0 },
      ],
    ]);
    await close();
  });

  it('by another clock gives another answer, and names it', async () => {
    const { answers, close } = await open();
    const { basis, oldest } = await answers.aging({ asOf, clock: 'since_any_activity', limit: 1 }, nobody);
    expect([basis.clock, oldest.map(({ deal, ageDays }) => [deal, ageDays])]).toEqual(['since_any_activity', [['D6', 16]]]);
    await expect(answers.aging({ clock: 'since_creation' }, nobody)).rejects.toThrow(
      "'since_creation' is no clock; take of since_stage_entry, since_customer_contact, since_any_activity",
    );
    await close();
  });

  it('since the last recorded contact knows no age of deals without one, and says that contacts end with the request (AC03)', async () => {
    const { answers, tell, close } = await open();
    const without = await answers.aging({ asOf, clock: 'since_customer_contact' }, nobody);
    expect([without.totals.ageUnknown, without.totals.age.medianDays, without.oldest]).toEqual([5, null, []]);
    expect(without.basis.marks.at(-1)).toBe('deals without a recorded contact, of no known age: 5 of 5');

    const telling = new Telling();
    const request = { contactId: 'c-9', companyId: 'not-in-source', summary: 'not-in-source', source: { kind: 'unknown' } };
    const registered = { ...request, origin: { kind: 'spontaneous' }, receivedBy: 'not-in-source' };
    const at = (text: string): number => Date.parse(`2025-${text}T00:00:00Z`);
    telling.tell('deal-D9', at('03-01'), { type: 'RequestRegistered', data: registered });
    telling.tell('deal-D9', at('03-04'), { type: 'RequestContacted', data: { channel: 'phone' } });
    telling.tell('deal-D9', at('03-06'), { type: 'LeadQualified', data: { pipelineId: 'sales', stageId: 'meeting', ownerId: 'anna' } });
    telling.tell('deal-D9', at('03-18'), { type: 'OwnerAssigned', data: { ownerId: 'ben' } });
    await tell(telling.events);
    const { totals, oldest, basis } = await answers.aging({ asOf, clock: 'since_customer_contact' }, nobody);
    expect([totals.deals, totals.ageUnknown, oldest.map(({ deal, ageDays }) => [deal, ageDays])]).toEqual([6, 5, [['D9', 16]]]);
    expect(basis.marks.slice(0, 2)).toEqual([
      'contacts are recorded until a request is qualified: what was said to the customer since is not known, so that deals look more silent than they are',
      'deals without a recorded contact, of no known age: 5 of 6',
    ]);
    await close();
  });
});

describe('coverage', () => {
  it('is of what is still to be won, and beside it of the whole quota, with who is on the way to it and what it takes; nothing left to win is met, not infinity (PF02, PF03, PR08, PR09)', async () => {
    const { answers, close } = await open();
    // 78 of 90 days have passed; 22.5 of the 85 open are expected; two deals of 10.75 each were won, one was lost.
    const figures = {
      ...{ currency: 'USD', open: '85000.00', won: '21500.00' },
      ...{ projected: '44000.00', averageWon: '10750.00' },
    };
    const byOwner = await answers.coverage({ period: '2025-Q1', asOf, groupBy: ['owner'] }, nobody);
    expect(byOwner.basis.elapsed).toBeCloseTo(78 / 90, 6);
    expect(byOwner.rows).toEqual([
      {
        ...{ group: { owner: 'anna' }, labels: { owner: null }, deals: 4, unvalued: 0, noExpectedDate: 0, winRate: 2 / 3 },
        coverage: [
          {
            ...{ ...figures, quota: '50000.00', remaining: '28500.00', ofRemaining: 2.9825, ofWhole: 1.7 },
            ...{ attainment: 0.43, pace: 0.4962, projectedOfQuota: 0.88, winsNeeded: 3, dealsNeeded: 5 },
          },
        ],
      },
    ]);
    const byTeam = await answers.coverage({ period: '2025-Q1', asOf, groupBy: ['team'] }, nobody);
    expect(byTeam.rows.map(({ group, coverage }) => [group.team, coverage])).toEqual([
      [
        'north',
        [
          {
            ...{ ...figures, quota: '21500.00', remaining: '0.00', ofRemaining: 'met', ofWhole: 3.9535 },
            ...{ attainment: 1, pace: 1.1538, projectedOfQuota: 2.0465, winsNeeded: 0, dealsNeeded: 0 },
          },
        ],
      ],
      [
        'south',
        [
          {
            ...{ currency: 'USD', open: '0.00', won: '0.00', quota: '40000.00', remaining: '40000.00', ofRemaining: 0, ofWhole: 0 },
            ...{ attainment: 0, pace: 0, projected: '0.00', projectedOfQuota: 0, averageWon: null, winsNeeded: null, dealsNeeded: null },
          },
        ],
      ],
    ]);
    expect(byTeam.totals.coverage.map(({ quota }) => quota)).toEqual(['61500.00']);
    await close();
  });

  it('takes a quota of a quarter and those of its months for one, and months for a quarter where that is all there is (PF02)', async () => {
    const telling = new Telling();
    const quota = (id: string, from: string, to: string, thousand: number): void => {
      const holder = { kind: 'person', employeeId: 'anna' };
      const data = { holder, from, to, amount: { minor: thousand * 100_000, currency: 'EUR' } };
      telling.tell(`quota-${id}`, Date.parse('2025-01-01'), { type: 'QuotaSet', data });
    };
    quota('q1', '2025-01-01', '2025-04-01', 30);
    for (const month of ['01', '02', '03', '04', '05'])
      quota(month, `2025-${month}-01`, `2025-0${Number(month) + 1}-01`, Number(month) < 4 ? 10 : 11);
    quota('april-too', '2025-04-01', '2025-05-01', 1);
    const { answers, close } = await openAnswering(telling.events, { now: Date.parse('2025-02-01'), logMadeAt: Date.parse('2025-01-01') });
    const quotaOf = async (period: string) =>
      (await answers.coverage({ period, groupBy: ['owner'] }, nobody)).rows.map(({ coverage }) => coverage[0]?.quota);
    expect(await quotaOf('2025-Q1')).toEqual(['30000.00']);
    expect(await quotaOf('2025-02')).toEqual(['10000.00']);
    expect(await quotaOf('2025-Q2')).toEqual(['23000.00']);
    expect(await quotaOf('2025')).toEqual(['53000.00']);
    await close();
  });
});
