import type { LagAnswer, ParkedAnswer, RebuildAnswer } from '../../operations/models.js';
import { lagOf, parkedOf, pause, rebuild, replayParked, resume } from '../../operations/models.js';
import { answerText } from '../../questions/question.js';
import type { CommonOptions } from '../environment.js';
import { configOf } from '../environment.js';
import { print, remark } from '../output.js';
import { lagTable } from '../render/lag.js';
import { table } from '../render/table.js';
import { countText } from '../render/text.js';
import { visible } from '../render/visible.js';
import { isShared } from '../../wiring/config.js';
import type { Dealtrail, Keeping } from '../../wiring/open-dealtrail.js';
import type { ReadModels } from '../../../libs/projection-engine/read-models.js';
import { openDealtrail } from '../../wiring/open-dealtrail.js';
import { whereToWork } from '../where.js';
import { carryOut, jsonBody } from '../work.js';

export interface OperatingOptions extends CommonOptions {
  readonly format: 'table' | 'json';
}

function modelsOf({ models }: Dealtrail): ReadModels {
  if (!models) throw new TypeError('an owner sees its read models');
  return models;
}

/** The server's answer to a question or an order, or that of the stores opened here. */
async function ask(
  options: OperatingOptions,
  doing: string,
  there: { readonly path: string; readonly body?: object },
  here: (models: ReadModels) => Promise<object> | object,
  keeps: Keeping = 'nothing',
): Promise<string> {
  const config = configOf(options);
  const where = await whereToWork(config, options, doing);
  if (where.kind === 'server') {
    return there.body === undefined ? where.remote.get(there.path) : where.remote.post(there.path, there.body);
  }
  try {
    const dealtrail = await openDealtrail(config, { mode: 'owner', keeps, beginsLog: !isShared(config) });
    try {
      return answerText(await here(modelsOf(dealtrail)));
    } finally {
      await dealtrail.close();
    }
  } finally {
    where.own?.release();
  }
}

const RIGHT = { align: 'right' } as const;

export async function lag(options: OperatingOptions): Promise<void> {
  printLag(options, await ask(options, 'lag', { path: '/v1/operations/lag' }, lagOf));
}

/** Holds models at their position, or lets them go on. */
export async function hold(which: 'pause' | 'resume', model: string | undefined, options: OperatingOptions): Promise<void> {
  const there = { path: `/v1/operations/${which}`, body: model === undefined ? {} : { model } };
  const here = (models: ReadModels): Promise<LagAnswer> => (which === 'pause' ? pause : resume)(models, model);
  printLag(options, await ask(options, which, there, here));
}

function printLag(options: OperatingOptions, body: string): void {
  if (options.format === 'json') return print(body);
  print(lagTable((JSON.parse(body) as LagAnswer).models)); // of our own server or process
}

function parkedText({ streams, replayed }: ParkedAnswer): string {
  const tried = replayed === undefined ? '' : `${countText(replayed)} streams go on again.\n`;
  if (streams.length === 0) return `${tried}Nothing is parked.`;
  const rows = streams.map(({ model, stream, position, attempts, parkedAt, error }) => [
    model,
    stream,
    countText(Number(position)),
    String(attempts),
    parkedAt.slice(0, 16).replace('T', ' '),
    error,
  ]);
  const columns = [
    { title: 'read model', shrinks: true },
    { title: 'stream', shrinks: true },
    { title: 'position', ...RIGHT },
    { title: 'tried', ...RIGHT },
    { title: 'since' },
    { title: 'error', shrinks: true },
  ];
  return `${tried}${table(columns, rows)}`;
}

export async function parked(
  options: OperatingOptions & { readonly replay?: boolean; readonly model?: string; readonly stream?: string },
): Promise<void> {
  const only = {
    ...(options.model === undefined ? {} : { model: options.model }),
    ...(options.stream === undefined ? {} : { stream: options.stream }),
  };
  const body =
    options.replay === true
      ? await ask(
          options,
          'parked --replay',
          { path: '/v1/operations/parked/replay', body: only },
          (models) => replayParked(models, only),
          'what is free',
        )
      : await ask(options, 'parked', { path: '/v1/operations/parked' }, parkedOf);
  print(options.format === 'json' ? body : visible(parkedText(JSON.parse(body) as ParkedAnswer))); // likewise
}

export async function rebuildModels(model: string | undefined, options: OperatingOptions): Promise<void> {
  const answer = await carryOut<RebuildAnswer>(options, {
    doing: 'rebuild',
    open: {
      dropped: (models) =>
        models.forEach((name) =>
          remark(`dealtrail: ${name} was made from another history than this log's, and is made from the beginning`),
        ),
    },
    here: async (dealtrail) => {
      await dealtrail.projector?.catchUp();
      return rebuild(modelsOf(dealtrail), model);
    },
    there: () => Promise.resolve({ path: '/v1/operations/rebuild', init: jsonBody(model === undefined ? {} : { model }) }),
  });
  if (options.format === 'json') return print(answerText(answer));
  print(`${answer.models.join(', ')} made anew in ${answer.seconds.toFixed(2)} s`);
}
