import { NoChart } from '../../cli/render/formats.js';
import { answerText } from '../../questions/question.js';
import { RequestProblem, problem } from '../http/problem.js';

const JSON_TYPE = 'application/json; charset=utf-8';

/** What an answer can be asked as besides JSON, by the header Accept. */
export const WRITTEN_AS = {
  'text/csv': { format: 'csv', type: 'text/csv; charset=utf-8' },
  'image/svg+xml': { format: 'svg', type: 'image/svg+xml; charset=utf-8' },
  'application/vnd.apache.parquet': { format: 'parquet', type: 'application/vnd.apache.parquet' },
} as const;

export interface Written {
  readonly type: string;
  readonly body: string | Buffer;
  /** Of an answer that is rows alone: its marks, which the rows have no place for. */
  readonly marks: readonly string[];
}

function marksIn(answer: object): readonly string[] {
  const { basis } = answer as { basis?: { marks?: readonly string[] } }; // every report has one
  return basis?.marks ?? [];
}

/** The first of our types that the caller names; JSON for who names none of them. @throws RequestProblem 406 where no chart is drawn of the answer */
export async function written(answer: object, accept: string | undefined): Promise<Written> {
  const named = (accept ?? '').split(',').map((range) => range.split(';')[0]?.trim().toLowerCase() ?? '');
  const wanted = Object.entries(WRITTEN_AS).find(([type]) => named.includes(type));
  const text = answerText(answer);
  if (wanted === undefined || named.includes('application/json')) return { type: JSON_TYPE, body: text, marks: [] };
  const [, { format, type }] = wanted;
  try {
    // Loaded by who asks for it: JSON needs none of it.
    const { render } = await import('../../cli/render/answer.js');
    const body = await render(text, format);
    return { type, body: typeof body === 'string' ? body : Buffer.from(body), marks: format === 'svg' ? [] : marksIn(answer) };
  } catch (error) {
    if (error instanceof NoChart) throw new RequestProblem(problem(406, 'request/not-drawn', error.message));
    throw error;
  }
}
