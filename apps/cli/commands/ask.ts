import { QuestionNotUnderstood } from '../../../libs/reporting/queries.js';
import { TimeNotUnderstood } from '../../../libs/reporting/time/report-zone.js';
import { one, readGiven } from '../../questions/given.js';
import type { Given, Question } from '../../questions/question.js';
import { answerText } from '../../questions/question.js';
import type { Config } from '../../wiring/config.js';
import { NoLogYet, holdsLog, openDealtrail } from '../../wiring/open-dealtrail.js';
import type { Mode } from '../../wiring/open-dealtrail.js';
import type { CommonOptions } from '../environment.js';
import { configOf } from '../environment.js';
import { CommandFailed, EXIT } from '../exit-codes.js';
import { deliver, remark } from '../output.js';
import type { OutputOptions } from '../output.js';
import { NoChart } from '../render/formats.js';
import { marksOf, render } from '../render/answer.js';
import { whereToAsk } from '../where.js';

/** Asked in this process: with the projections first brought to the end of the log, by this process or who keeps them; beside an owner at its checkpoint. */
async function askHere(config: Config, mode: Mode, question: Question, given: Given, id: string): Promise<string> {
  const dealtrail = await openDealtrail(config, { mode, keeps: 'what is free', beginsLog: false });
  try {
    await dealtrail.projector?.catchUp();
    const answers = dealtrail.answersByZone.in(one(given, 'timeZone'));
    return answerText(await question.ask(answers, given, { readPersonal: true }, id));
  } finally {
    await dealtrail.close();
  }
}

async function bodyOf(config: Config, options: CommonOptions, question: Question, given: Given, id: string): Promise<string> {
  // A question makes no data directory where there is none.
  if (options.url === undefined && config.eventStoreUrl === null && !holdsLog(config.dataDir)) throw new NoLogYet(config.dataDir);
  const where = await whereToAsk(config, options, question.command);
  switch (where.kind) {
    case 'server':
      return where.remote.get(question.path.replace('{id}', encodeURIComponent(id)), given);
    case 'beside':
      remark(`dealtrail: ${where.owner} owns ${config.dataDir}: answered beside it, as far as the read models have come`);
      return askHere(config, 'reader', question, given, id);
    case 'here':
      try {
        return await askHere(config, 'owner', question, given, id);
      } finally {
        where.own?.release();
      }
  }
}

const WRONG_USAGE = [QuestionNotUnderstood, TimeNotUnderstood, NoChart];

/** `said` as the command line has it: what was not said is undefined. */
export async function ask(
  question: Question,
  said: Readonly<Record<string, unknown>>,
  options: CommonOptions & OutputOptions,
  id = '',
): Promise<void> {
  const spoken = Object.fromEntries(
    Object.entries(said)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, value === true ? 'true' : value]),
  );
  try {
    const given = readGiven(question, spoken);
    const body = await bodyOf(configOf(options), options, question, given, id);
    await deliver(await render(body, options.format), options);
    // Rows alone have no place for what the data cannot tell: nothing would read like zero.
    if (options.format === 'csv' || options.format === 'parquet') for (const line of marksOf(body)) remark(line);
  } catch (error) {
    if (WRONG_USAGE.some((type) => error instanceof type)) throw new CommandFailed(EXIT.usage, (error as Error).message);
    throw error;
  }
}
