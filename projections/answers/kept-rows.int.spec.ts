import fc from 'fast-check';
import { isoInstant } from '../../libs/domain/shared/instant.js';
import { askable, nobody, openAnswering } from '../../libs/testing/answering.js';
import { arbitraryLog, HISTORY_BEGINS, tellingInstant } from '../../libs/testing/histories.js';
import { NOTHING_KNOWN, plainRow } from '../../libs/reporting/rows.js';
import { UTC } from '../../libs/reporting/time/report-zone.js';
import { holds } from '../../libs/testing/property.js';
import { pipelineSnapshotModel } from '../pipeline-snapshot/pipeline-snapshot.js';
import type { Answers } from './answers.js';
import { openAnswers } from './answers.js';
import { KeptRows } from './kept-rows.js';

const now = Date.UTC(2030, 0, 1);

/** Every report that reads rows, at one (T, K); what a history is too short for is refused alike. */
async function askedOf(answers: Answers, asOf: string, knownAt: string): Promise<readonly string[]> {
  const at = { asOf, knownAt };
  const between = { from: '2025-01-01', to: '2025-12-31', knownAt };
  const asked: readonly (() => Promise<object>)[] = [
    () => answers.waterfall(between, nobody),
    () => answers.waterfall({ ...between, closing: '2025-Q2' }, nobody),
    () => answers.explain({ then: '2025-01-05', now: asOf, knownAt }, nobody),
    () => answers.waterfall({ ...between, to: asOf, from: '2025-01-04', known: 'then', groupBy: ['owner'] }, nobody),
    // From the midst of histories: what was closed then and is open again, what was corrected between.
    () => answers.waterfall({ from: asOf, to: '2027-12-31', knownAt }, nobody),
    () => answers.waterfall({ from: asOf, to: '2027-12-31', knownAt, known: 'then' }, nobody),
    () => answers.explain({ then: asOf, now: '2027-12-31', knownAt, filters: { status: ['open', 'postponed'] } }, nobody),
    () => answers.explain({ then: '2025-01-05', now: asOf, knownAt, filters: { status: ['open'] } }, nobody),
    () => answers.funnel({ ...at, cohort: '2025', groupBy: ['source'] }, nobody),
    () => answers.funnel({ ...at, cohort: '2025-W02', groupBy: ['owner'] }, nobody),
    () => answers.funnel({ ...at, cohort: '2025-01', milestone: 'qualified' }, nobody),
    () => answers.leadTimes({ ...at, from: 'registered', to: 'won', behind: 'n' }, nobody),
    () => answers.leadTimes({ ...at, from: 'qualified', to: 'won', cohort: '2025-W02', groupBy: ['source'] }, nobody),
    () => answers.timeInStage({ ...at, behind: 'n' }, nobody),
    () => answers.timeInStage({ ...at, cohort: '2025-W03' }, nobody),
    () => answers.winRate({ ...at, groupBy: ['completeness', 'receivedBy'] }, nobody),
    () => answers.winRate({ ...at, cohort: '2025-W03', groupBy: ['relationship', 'purchase'] }, nobody),
    () => answers.winRate({ ...at, closed: '2025-01' }, nobody),
    () => answers.inflow({ from: '2025-01-06', to: '2025-01-12', knownAt, milestone: 'qualified', step: 'week' }, nobody),
    () => answers.calibration({ knownAt, from: '2025-01', to: '2025-02' }, nobody),
    () => answers.forecastHistory({ knownAt, period: '2025-01', step: 'week', from: '2025-01-10' }, nobody),
    () => answers.inflow({ ...between, step: 'month' }, nobody),
    () => answers.slippage({ from: '2025-01-01', to: asOf, knownAt }, nobody),
    () => answers.reemergence({ ...at, ended: ['lost'], behind: 'n' }, nobody),
    () => answers.standstills({ ...at, over: '3d', cohort: '2025-W02' }, nobody),
    () => answers.velocity(at, nobody),
    () => answers.aging(at, nobody),
    () => answers.coverage({ ...at, period: '2025-Q2' }, nobody),
    () => answers.forecast({ ...at, period: '2025-Q2', method: 'conversion' }, nobody),
    () => answers.forecastHistory({ knownAt, period: '2025-Q2', step: 'month', known: 'then' }, nobody),
    () => answers.compare({ then: '2025-01-05', now: asOf, knownAt, groupBy: ['owner'] }, nobody),
    () => answers.series({ from: '2025-01-01', to: '2025-06-30', step: 'month', knownAt }, nobody),
    () => answers.deals({ ...at, status: ['open', 'won'] } as never, nobody),
  ];
  return Promise.all(
    asked.map((ask) => {
      return ask().then(
        (answer) => JSON.stringify(answer),
        (error: unknown) => String(error),
      );
    }),
  );
}

describe('answers from rows kept in memory', () => {
  it('are those of every row in the read store, byte for byte, at any (T, K), while more is told, and so are those of the rows that the store selects (TN02)', async () => {
    const instants = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 3, maxLength: 3 });
    await holds(
      fc.asyncProperty(arbitraryLog({ events: 60, deals: 6 }), fc.nat(), instants, async (events, cut, asked) => {
        const world = await openAnswering(events.slice(0, cut % (events.length + 1)), { now, logMadeAt: HISTORY_BEGINS });
        const { eventStore, readStore, keyStore } = world;
        const sources = { eventStore, readStore, keyStore, clock: { now: () => now }, timeZone: UTC };
        const kept = openAnswers({ ...sources, keptRows: new KeptRows({ readStore, freshRows: 12 }) });
        const slow = openAnswers({ ...sources, everyRow: true });
        for (const [index, [t, k]] of asked.entries()) {
          const asOf = isoInstant(askable(tellingInstant(world.events, t)));
          const knownAt = `position:${k % (world.events.length + 1)}`;
          const expected = await askedOf(slow, asOf, knownAt);
          expect(await askedOf(kept, asOf, knownAt)).toEqual(expected);
          expect(await askedOf(world.answers, asOf, knownAt)).toEqual(expected);
          if (index === 0) await world.tell(events.slice(cut % (events.length + 1)));
        }
        await world.close();
      }),
      0.1,
    );
  });

  it('take a deal anew whose parked stream was replayed, and let go where there are too many, or many and nobody asks', async () => {
    const [events = []] = fc.sample(arbitraryLog({ events: 120, deals: 12 }), { numRuns: 1, seed: 7 });
    const world = await openAnswering(events, { now, logMadeAt: HISTORY_BEGINS });
    const position = world.events.length;
    const { readStore } = world;
    const kept = new KeptRows({ readStore });
    const rows = async (): Promise<number> => ((await kept.histories(position)) ?? []).flatMap(({ rows }) => rows).length;
    const all = await rows();
    expect(all).toBeGreaterThan(5);

    // What a replay does: rows below the position appear, and an entry says of which deal.
    const entity = 'replayed';
    const [first] = ((await kept.histories(position)) ?? []).flatMap(({ rows }) => rows);
    const row = { ...plainRow(first ?? NOTHING_KNOWN), entity, openedBy: 1, ordinal: 9, validTo: null, endedBy: null, withdrawnBy: null };
    await readStore.commit([
      {
        ...{ model: pipelineSnapshotModel, partition: 0, changes: [{ kind: 'insert', row: row as never }], replayed: [entity] },
        checkpoint: { position: '0'.repeat(20) as never, eventId: null, recordedAt: 0, logId: world.eventStore.identity.logId, epoch: 0 },
      },
    ]);
    expect(await rows()).toBe(all + 1);

    expect(await new KeptRows({ readStore, most: 3 }).histories(position)).toBeUndefined();
    const warm = new KeptRows({ readStore, idleMs: 1 });
    await warm.warm(all);
    const forgetful = new KeptRows({ readStore, always: 3, idleMs: 1 });
    await forgetful.warm(all);
    expect(forgetful.size.rows).toBe(0);
    await forgetful.histories(position);
    expect(forgetful.size.rows).toBeGreaterThan(5);
    while (forgetful.size.rows > 0) await new Promise(setImmediate);
    expect(warm.size.rows).toBeGreaterThan(5); // made earlier: its time would have come as well
    await world.close();
  });
});
