import type { DemoAnswer } from '../../operations/demo.js';
import { loadDemo } from '../../operations/demo.js';
import { answerText } from '../../questions/question.js';
import type { CommonOptions } from '../environment.js';
import { CommandFailed, EXIT } from '../exit-codes.js';
import { print } from '../output.js';
import { countText } from '../render/text.js';
import { carryOut, jsonBody, remarks } from '../work.js';

export interface DemoCommandOptions extends CommonOptions {
  readonly deals: number;
  readonly seed: number;
  readonly format: 'table' | 'json';
}

export async function demo({ deals, seed, ...options }: DemoCommandOptions): Promise<void> {
  const answer = await carryOut<DemoAnswer>(options, {
    doing: 'demo',
    open: { beginsWithDemo: true, threads: 'models' },
    here: (dealtrail, onProgress, signal) => loadDemo(dealtrail, { deals, seed, onProgress, signal }),
    there: () => Promise.resolve({ path: '/v1/demo', init: jsonBody({ deals, seed }) }),
  });
  remarks(answer.notes);
  if (options.format === 'json') print(answerText(answer));
  else print(`demo company: ${countText(answer.deals)} deals, seed ${answer.seed}, ${countText(answer.events)} events written`);
  if (!answer.finished) throw new CommandFailed(EXIT.failed, 'the demo is not finished; run it again and it goes on');
}
