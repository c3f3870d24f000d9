import { randomFillSync } from 'node:crypto';

const PAGE = 16_384;

// Random bytes are cheap by the page and dear by the dozen; each is used once.
const page = Buffer.alloc(PAGE);
let taken = PAGE;

/** So many bytes (at most 16,384) that are used nowhere else, written into `into` from its start. */
export function freshBytes<B extends Uint8Array>(into: B): B {
  if (taken + into.length > PAGE) {
    randomFillSync(page);
    taken = 0;
  }
  page.copy(into, 0, taken, taken + into.length);
  // What was handed out is nobody's second time, and stands in memory once.
  page.fill(0, taken, taken + into.length);
  taken += into.length;
  return into;
}
