import { answerText } from '../questions/question.js';
import { renderText } from '../cli/render/answer.js';
import type { Dealtrail } from '../wiring/open-dealtrail.js';

/** One question that only a record like this one answers: the pipeline a year ago beside today's. */
export async function taste({ answers }: Dealtrail): Promise<string> {
  const answer = await answers.compare({ then: '-1y', groupBy: ['status'] }, { readPersonal: true });
  return `$ ./dealtrail report compare --then -1y --group-by status\n\n${renderText(answerText(answer), 'table')}`;
}
