import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The mapping of the worked example of one row per deal, whose source these files imitate. */
export const IMPORT_MAPPING_FILE = join(process.cwd(), 'examples/imports/row-per-deal/mapping.yaml');
export const IMPORT_MAPPING = readFileSync(IMPORT_MAPPING_FILE, 'utf8');

const HEAD = 'nr;made;salesperson;customer;question;expected;decision;chance;status;offer sent;closed;sold for;why';
const STATUSES = ['Sold', 'Lost', 'Talking', 'Offer'] as const;
const PEOPLE = Array.from({ length: 12 }, (_, index) => `Agent Number${index}`);

function day(nr: number, more: number): string {
  const date = new Date(Date.UTC(2024, 0, 1 + (nr % 600) + more)).toISOString();
  return `${date.slice(8, 10)}/${date.slice(5, 7)}/${date.slice(0, 4)}`;
}

/** deals.csv of so many deals: people, companies, questions in words, some sold, some lost, some running. */
export function dealsFile(deals: number): string {
  const rows = Array.from({ length: deals }, (_, nr) => {
    const status = STATUSES[nr % STATUSES.length] ?? '';
    const closed = status === 'Sold' || status === 'Lost' ? day(nr, 40) : '';
    return [
      ...[nr, day(nr, 0), PEOPLE[Math.floor(nr / 4) % PEOPLE.length], `Customer ${nr % 90}`, `A question asked as number ${nr}`],
      ...[`${nr % 50}.500,00`, day(nr, 60), `${(nr % 9) * 10 + 10}%`, status, status === 'Talking' ? '' : day(nr, 9), closed],
      ...[status === 'Sold' ? `${nr % 40}.000,00` : '', status === 'Lost' ? 'price' : ''],
    ].join(';');
  });
  return `${[HEAD, ...rows].join('\n')}\n`;
}

/** people.csv beside it. */
export function peopleFile(): string {
  return `${['name;team', ...PEOPLE.map((name, index) => `${name};Team ${index % 3}`)].join('\n')}\n`;
}
