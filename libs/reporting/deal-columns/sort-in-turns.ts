/** Lets whoever else waits have the thread. */
export type Turn = () => Promise<unknown>;

const AT_ONCE = 20_000;

/** The values in order: in pieces first, then two and two of them, with a turn between. A million texts at once would hold everybody up for seconds. */
export async function sortInTurns(
  values: Uint32Array,
  isBefore: (a: number, b: number) => boolean,
  turn: Turn,
  atOnce = AT_ONCE,
): Promise<Uint32Array> {
  let from = Uint32Array.from(values);
  let to = new Uint32Array(from.length);
  for (let start = 0; start < from.length; start += atOnce) {
    from.subarray(start, start + atOnce).sort((a, b) => (isBefore(a, b) ? -1 : isBefore(b, a) ? 1 : 0));
    await turn();
  }
  for (let width = atOnce; width < from.length; width *= 2) {
    for (let start = 0; start < from.length; start += 2 * width) {
      const [middle, end] = [Math.min(start + width, from.length), Math.min(start + 2 * width, from.length)];
      for (let place = start, left = start, right = middle; place < end; place += 1) {
        const takesRight = left === middle || (right < end && isBefore(from[right]!, from[left]!)); // both below their ends
        to[place] = takesRight ? from[right++]! : from[left++]!; // likewise
      }
      await turn();
    }
    [from, to] = [to, from];
  }
  return from;
}
