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
  readonly models: readonly { readonly model: string; readonly seconds: number }[];
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

/** Makes the rows of one model, or of all, anew beside those in use, and switches when each is done. @throws NoSuchModel */
export async function rebuild(models: ReadModels, name?: string): Promise<RebuildAnswer> {
  const kept = models.names;
  if (name !== undefined && !kept.includes(name)) throw new NoSuchModel(`there is no read model ${name}; there are ${kept.join(', ')}`);
  const rebuilt: RebuildAnswer['models'][number][] = [];
  for (const model of name === undefined ? kept : [name]) {
    const began = performance.now();
    await models.rebuild(model);
    rebuilt.push({ model, seconds: Math.round((performance.now() - began) / 10) / 100 });
  }
  return { report: 'rebuild', models: rebuilt };
}
