import { averageWon, dealsNeeded, addEnded, nothingEnded, winsNeeded } from './needed.js';

describe('what a target takes, working backward', () => {
  it('to close about 500 deals at one in two, start with 1,000 prospects (FC08)', () => {
    expect(dealsNeeded(500, { won: 1, lost: 1 })).toBe(1_000);
  });

  it('at 10 deals of 100 first calls, 90 deals a year take 900 calls (PF05)', () => {
    expect(dealsNeeded(90, { won: 10, lost: 90 })).toBe(900);
  });

  it('takes whole wins of the average size, of its own currency', () => {
    const ended = nothingEnded();
    for (const valueMinor of [1_000, 2_000, null]) addEnded(ended, { status: 'won', valueMinor, currency: valueMinor === null ? null : 'EUR' });
    addEnded(ended, { status: 'lost', valueMinor: 9_000, currency: 'EUR' });
    expect([averageWon(ended, 'EUR'), averageWon(ended, 'SEK')]).toEqual([1_500, null]);
    expect([winsNeeded(4_501, 1_500), winsNeeded(0, null), winsNeeded(1, null)]).toEqual([4, 0, null]);
    expect([ended.won, ended.lost, dealsNeeded(3, ended)]).toEqual([3, 1, 4]);
  });

  it('is not known where nothing was ever won, rather than without end', () => {
    expect(dealsNeeded(5, { won: 0, lost: 3 })).toBeNull();
  });
});
