import { groupLine, inReadingOrder, page } from './grouped.js';

const row = (stage: string | null, owner: string | null, name?: string) => ({
  group: { stage, owner },
  labels: name === undefined ? {} : { owner: name },
});

describe('rows as people read them', () => {
  it('come by the name of a person, not by their id, within the order of the process', () => {
    const rows = [row('offer', 'e-1', 'Zoe'), row('offer', 'e-2', 'anna'), row('deal', 'e-1', 'Zoe'), row('deal', 'e-2', 'anna')];
    expect(inReadingOrder(['stage', 'owner'], rows)).toEqual([rows[1], rows[0], rows[3], rows[2]]);
  });

  it('have what nobody has named behind the names, as it came', () => {
    const rows = [row('deal', null), row('deal', 'e-9'), row('deal', 'not-in-source'), row('deal', 'e-1', 'Zoe')];
    expect(inReadingOrder(['stage', 'owner'], rows)).toEqual([rows[3], rows[0], rows[1], rows[2]]);
  });

  it('keep two people of one name apart, and rows of one group in their order', () => {
    const rows = [row(null, 'e-2', 'Ann'), row(null, 'e-1', 'Ann'), row(null, 'e-2', 'Ann')];
    expect(inReadingOrder(['owner'], rows)).toEqual([rows[0], rows[1], rows[2]]);
  });

  it('say of those of no group that there is none', () => {
    const line = (team: string | null): string => groupLine(['team'], { group: { team }, labels: {} });
    expect([line(null), line('north')]).toEqual(['no team', 'north']);
  });

  it('stand under sentences that are no wider than the page, and lines of a table are left as they are', () => {
    const sentence = 'open deals worth much '.repeat(6).trim();
    const drawn = page('A title', sentence, `a table\n${'─'.repeat(120)}`, false);
    expect(drawn.split('\n').map((line) => line.length)).toEqual([7, 0, 98, 32, 0, 7, 120, 0]);
  });
});
