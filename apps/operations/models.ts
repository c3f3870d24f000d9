import type { ModelLag } from '../../libs/projection-engine/lag.js';
import type { ReadModels } from '../../libs/projection-engine/read-models.js';
import type { ParkedStream } from '../../libs/read-store/read-store.port.js';
import { isoInstant } from '../../libs/domain/shared/instant.js';

export interface LagAnswer {
  readonly report: 'lag';
  readonly models: readonly ModelLag[];
}

export interface ParkedEntry extends Omit<ParkedStream, 'parkedAt'> {
  readonly parkedAt: string;
}

export interface ParkedAnswer {
  readonly report: 'parked';
  readonly streams: readonly ParkedEntry[];
  /** Of those that were tried again. */
  readonly replayed?: number;
}

export interface RebuildAnswer {
  readonly report: 'rebuild';
  readonly models: readonly string[];
  readonly seconds: number;
}

/** A model of this name is not kept. */
export class NoSuchModel extends Error {
  override readonly name = 'NoSuchModel';
}

export async function lagOf(models: ReadModels): Promise<LagAnswer> {
  return { report: 'lag', models: await models.lag() };
}

export async function parkedOf(models: ReadModels): Promise<ParkedAnswer> {
  return { report: 'parked', streams: (await models.parked()).map((stream) => ({ ...stream, parkedAt: isoInstant(stream.parkedAt) })) };
}

/** Tries the parked streams again: all, or those of one model or one stream. */
export async function replayParked(models: ReadModels, only: { readonly model?: string; readonly stream?: string }): Promise<ParkedAnswer> {
  const { replayed } = await models.replayParked(only);
  return { ...(await parkedOf(models)), replayed: replayed.length };
}

/** Holds one model, or all, at its checkpoint; over a restart too. @throws NoSuchModel */
export async function pause(models: ReadModels, name?: string): Promise<LagAnswer> {
  mustKeep(models, name);
  await models.pause(name);
  return lagOf(models);
}

/** Goes on from the checkpoint; a model that stopped at an event tries it again. @throws NoSuchModel */
export async function resume(models: ReadModels, name?: string): Promise<LagAnswer> {
  mustKeep(models, name);
  await models.resume(name);
  return lagOf(models);
}

/**
 * Makes the rows of one model, or of all, anew beside those in use, and switches when each is done; where one process does it, in one pass of the log.
 * @throws NoSuchModel; where the build of one stops, its error, when the others are done
 */
export async function rebuild(models: ReadModels, name?: string): Promise<RebuildAnswer> {
  mustKeep(models, name);
  const names = name === undefined ? models.names : [name];
  const began = performance.now();
  await models.rebuild(...names);
  return { report: 'rebuild', models: [...names], seconds: Math.round((performance.now() - began) / 10) / 100 };
}

function mustKeep(models: ReadModels, name: string | undefined): void {
  if (name !== undefined && !models.names.includes(name))
    throw new NoSuchModel(`there is no read model ${name}; there are ${models.names.join(', ')}`);
}
