import { isSealed } from '../domain/shared/envelope.js';
import { demoPlan } from './demo-plan.js';
import { FIRST_NAMES, SURNAMES } from './words.js';

/** Fields that are sealed in the log: the only ones that may say who somebody is. */
const PERSONAL = new Set(['name', 'email', 'phone', 'role', 'summary', 'note', 'reason']);

/** Every text of a step that is stored in clear. A firm's, product's, campaign's or process's name is no person's. */
function clearTexts(value: unknown, ofPerson: boolean, field = ''): string[] {
  if (typeof value === 'string') return ofPerson && PERSONAL.has(field) ? [] : [value];
  if (typeof value !== 'object' || value === null || isSealed(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => clearTexts(inner, ofPerson, Array.isArray(value) ? field : key));
}

describe('the names of the demo company’s people', () => {
  it('occur in no id, team, office, firm or other text that is stored in clear', () => {
    const names = [...FIRST_NAMES, ...SURNAMES].map((name) => name.toLowerCase());
    const found = new Set<string>();
    for (const { key, command, actor } of demoPlan({ deals: 400, seed: 7, endsAt: Date.UTC(2026, 10, 20), removesStage: true })) {
      const ofPerson = /Contact|Employee|Request|Deal|Correct/.test(command.type);
      const clear = [key, actor.id, ...clearTexts(command, ofPerson)].join('\n').toLowerCase();
      for (const name of names) if (clear.includes(name)) found.add(`${name} in ${command.type}`);
    }
    expect([...found]).toEqual([]);
  });
});
