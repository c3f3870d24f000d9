import type { DimensionView } from '../scope/dimension-view.js';
import type { Vocabulary } from './vocabulary.js';

/** Of an open deal in a stage that weighs nothing, and of a deal that is not open: it is in no forecast. */
export const NO_WEIGHT = -2;
export const NOT_OPEN = -1;

/** What a state weighs, in basis points. */
export interface Weights {
  /** What tells them from others. */
  readonly name: string;
  /** By the state's code. */
  readonly ofState: Int32Array;
}

/** Few processes are in force at the instants of a report. */
const KEPT = 8;

/** Weights kept between questions. */
export class WeightBook {
  private kept: readonly Weights[] = [];
  /** Codes of states that are open. */
  private readonly open: number[] = [];
  private states = 0;

  constructor(private readonly vocabulary: Vocabulary) {}

  /** The weights in force at the view's (T, K); the same ones where they are. */
  of(view: DimensionView): Weights {
    this.readStates();
    const known = this.kept.find(({ ofState }) => ofState.length === this.states && this.isInForce(ofState, view));
    if (known !== undefined) return known;
    const ofState = new Int32Array(this.states).fill(NOT_OPEN);
    for (const code of this.open) ofState[code] = this.weightOf(code, view);
    const weights = { name: ofState.join(' '), ofState };
    this.kept = [weights, ...this.kept.slice(0, KEPT - 1)];
    return weights;
  }

  private isInForce(ofState: Int32Array, view: DimensionView): boolean {
    for (const code of this.open) if (ofState[code] !== this.weightOf(code, view)) return false;
    return true;
  }

  private weightOf(code: number, view: DimensionView): number {
    const { pipeline, stage } = this.vocabulary.state(code);
    return view.weightOf(pipeline, stage) ?? NO_WEIGHT;
  }

  private readStates(): void {
    const { size } = this.vocabulary.dictionaries.state;
    for (; this.states < size; this.states += 1)
      if (this.states > 0 && this.vocabulary.state(this.states).status === 'open') this.open.push(this.states);
  }
}
