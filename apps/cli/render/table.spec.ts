import { namesakesTold } from './namesakes.js';
import { table } from './table.js';
import { pointText } from './text.js';
import { pageWidth } from './width.js';

describe('a table', () => {
  const amounts = Array.from({ length: 4 }, () => ({ title: 'value', align: 'right' as const }));
  const columns = [{ title: 'status' }, { title: 'stage', shrinks: true }, ...amounts];
  const row = ['postponed', 'Qualification', ...Array.from({ length: 4 }, () => '146,855,970.50 EUR')];

  it('puts its columns closer before it breaks a word', () => {
    expect(table(columns, [row]).split('\n').at(-1)).toBe(`postponed Qualification ${'146,855,970.50 EUR '.repeat(4).trim()}`);
  });

  it('breaks a word where nothing else gives way', () => {
    const wide = [...row.slice(0, 2), ...Array.from({ length: 4 }, () => '1,146,855,970.50 EUR')];
    const lines = table(columns, [wide]).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(103);
    expect(lines.at(-1)?.trim()).toBe('ation');
  });

  it('is as wide as the terminal, from 60 to 100 columns, and a hundred in a file', () => {
    expect([undefined, 200, 100, 80, 20].map((columnsThere) => pageWidth(columnsThere))).toEqual([100, 100, 100, 80, 60]);
  });

  it('tells two people of one name apart by their ids, and leaves all others as they are', () => {
    const rows = ['E1', 'E2', 'E3'].map((owner) => ({ group: { owner }, labels: { owner: owner === 'E3' ? 'Anna' : 'Yngvild' } }));
    expect(namesakesTold(rows).map(({ labels }) => labels.owner)).toEqual(['Yngvild (E1)', 'Yngvild (E2)', 'Anna']);
    const again = ['2025-01', '2025-02'].map((at) => ({ at, group: { owner: 'E1' }, labels: { owner: 'Yngvild' } }));
    expect(namesakesTold(again)).toBe(again);
  });

  it('leaves parts of a second to the JSON', () => {
    expect(['2026-11-28T16:32:30.104Z', '2026-11-28T23:59:59.999Z'].map((at) => pointText(at, 'UTC'))).toEqual([
      '2026-11-28 16:32:30',
      '2026-11-28',
    ]);
  });
});
