import { unfitCharacter } from './text.js';

describe('text of people', () => {
  it('holds no control character and no half of one, but tabs and ends of lines', () => {
    for (const fit of ['', 'Ann', 'two\r\nlines\tand a tab', 'Zoë 🙂', '=1+1', '\u0085'])
      expect([fit, unfitCharacter(fit)]).toEqual([fit, undefined]);
    for (const unfit of ['\u0000', '\u0007', '\u001b', '\u007f', '\ud83d', '\ude42']) expect(unfitCharacter(`a ${unfit} b`)).toBe(unfit);
  });
});
