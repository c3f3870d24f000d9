import { ID_PATTERN } from '../domain/shared/ids.js';
import { actorIdOf } from './actor-id.js';

const key = Buffer.alloc(32, 7);

describe('the actor that a token stands for', () => {
  it.each(['E17', '4711', 'hr-0042', '0192d3a4-7c3e-7b60-9f3c-3c1a5f0e9a11', 'crm-0123456789abcdef'])('%s, an id, stays', (subject) => {
    expect(actorIdOf(subject, key)).toBe(subject);
  });

  it.each(['Anna Jansen', 'anna.jansen@acme.example', 'anna', 'anna.jansen2', 'Zoë', 'auth0|5f7c8ec7c33c6c004bbafe82', 'x'.repeat(400)])(
    '%s, which may be a name, is never written',
    (subject) => {
      const id = actorIdOf(subject, key);
      expect(id).toMatch(/^subject-[0-9a-f]{16}$/);
      expect(id).toMatch(ID_PATTERN);
      expect(actorIdOf(subject, key)).toBe(id);
      expect(actorIdOf(subject, Buffer.alloc(32, 8))).not.toBe(id);
      expect(actorIdOf(`${subject}.`, key)).not.toBe(id);
    },
  );
});
