import { table } from './table.js';
import { visible } from './visible.js';

describe('text of people on a terminal', () => {
  it('is seen and never obeyed: no colours, no title of the window, no cleared screen, no turned writing', () => {
    expect(visible('a\u001b[2Jb\u0007\u007f\u009b1m\u202egpj.exe')).toBe('a␛[2Jb␇␡\ufffd1m\ufffdgpj.exe');
    expect(visible('Zoë Müller\t48 500,00 €\n王')).toBe('Zoë Müller\t48 500,00 €\n王');
  });

  it('takes in a table the room that it is seen to take', () => {
    const drawn = table(
      [{ title: 'company' }, { title: 'deals' }],
      [
        ['Firm\u001b]0;x\u0007', '1'],
        ['Firm', '2'],
      ],
    );
    expect(drawn.split('\n').map((line) => line.indexOf('1') + line.indexOf('2'))).toEqual([-2, -2, 11, 11]);
    expect(drawn).toContain('Firm␛]0;x␇');
  });
});
