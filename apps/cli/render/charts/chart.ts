import type { Answer } from '../answers.js';
import { NoChart } from '../formats.js';

export function chartOf(answer: Answer): string {
  throw new NoChart(`no chart is drawn of ${answer.report}`);
}
