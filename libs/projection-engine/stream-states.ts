/** The states of all members of a lane after an event of one stream, by the members' order. */
export interface StreamState {
  revision: number;
  readonly states: unknown[];
}

/**
 * The states of the streams touched last, at most `limit` and at least half of that. Two generations instead of a list of uses: a look-up costs one or two
 * map reads, and a state is dropped when it was not touched for a whole generation.
 */
export class StreamStates {
  private young = new Map<string, StreamState>();
  private old = new Map<string, StreamState>();

  constructor(private readonly limit: number) {}

  /** The state after `revision` of the stream; undefined where it is not held, or is another revision's (a page taken again). */
  at(stream: string, revision: number): StreamState | undefined {
    let found = this.young.get(stream);
    if (found === undefined) {
      found = this.old.get(stream);
      if (found === undefined) return undefined;
      this.put(stream, found);
    }
    return found.revision === revision ? found : undefined;
  }

  put(stream: string, state: StreamState): void {
    if (this.young.size >= this.limit / 2) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(stream, state);
  }

  clear(): void {
    this.young.clear();
    this.old.clear();
  }
}
