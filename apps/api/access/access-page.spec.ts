import { readFileSync } from 'node:fs';
import { OPERATION_RIGHTS } from './operation-rights.js';

describe('the page on access', () => {
  it('lists the operations of every right, and no other', () => {
    const page = readFileSync('docs/access.md', 'utf8');
    const listed = [...page.matchAll(/^\| `?(read|write|correct|operate|any|open)`? +\| (\w+(?:, \w+)*) +\|$/gm)].flatMap(
      ([, right, names = '']) => names.split(', ').map((name) => [name, right]),
    );
    expect(Object.fromEntries(listed)).toEqual(OPERATION_RIGHTS);
    expect(listed).toHaveLength(Object.keys(OPERATION_RIGHTS).length);
  });
});
