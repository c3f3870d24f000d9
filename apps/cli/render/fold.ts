import { pageWidth } from './width.js';

function pieces(word: string, width: number): string[] {
  const letters = [...word];
  return letters.length <= width
    ? [word]
    : Array.from({ length: Math.ceil(letters.length / width) }, (_, index) => letters.slice(index * width, (index + 1) * width).join(''));
}

/** Broken at words, so that no line is wider; a word that is wider itself is broken where it must be. */
export function folded(text: string, width = pageWidth()): string {
  return text
    .split('\n')
    .flatMap((line) => {
      if ([...line].length <= width) return [line];
      const lines: string[] = [];
      let open = '';
      for (const piece of line.split(' ').flatMap((word) => pieces(word, width))) {
        if (open !== '' && [...open].length + 1 + [...piece].length > width) {
          lines.push(open);
          open = piece;
        } else open = open === '' ? piece : `${open} ${piece}`;
      }
      return [...lines, open];
    })
    .join('\n');
}
