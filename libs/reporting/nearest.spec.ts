import { nearest } from './nearest.js';

const WORDS = ['requested', 'contacted', 'open', 'postponed', 'won', 'lost'];

describe('a word that nobody knows', () => {
  it('is answered with the one that it is near to', () => {
    expect(['opn', 'Contcted', 'wons', 'postpon', 'OPEN'].map((said) => nearest(said, WORDS))).toEqual(
      ['open', 'contacted', 'won', 'postponed', 'open'].map((word) => ` (did you mean ${word}?)`),
    );
  });

  it('is left alone where none is near, and where it is too short to tell', () => {
    expect(['closed', 'x', 'on', ''].map((said) => nearest(said, WORDS))).toEqual(['', '', '', '']);
  });
});
