import type { Answers } from '../../../projections/answers/answers.js';

/** The bodies that questions are answered with, told apart by `report`. */
export type Answer = Awaited<ReturnType<Answers[keyof Answers]>>;
