import type { ModelLag } from '../../libs/projection-engine/lag.js';
import type { Projector } from '../../libs/projection-engine/projector.js';
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

export async function lagOf(projector: Projector): Promise<LagAnswer> {
  return { report: 'lag', models: await projector.lag() };
}

export function parkedOf(projector: Projector): ParkedAnswer {
  return { report: 'parked', streams: projector.parked().map((stream) => ({ ...stream, parkedAt: isoInstant(stream.parkedAt) })) };
}

/** Tries the parked streams again: all, or those of one model or one stream. */
export async function replayParked(
  projector: Projector,
  only: { readonly model?: string; readonly stream?: string },
): Promise<ParkedAnswer> {
  const { replayed } = await projector.replayParked(only);
  return { ...parkedOf(projector), replayed: replayed.length };
}

/** Makes the rows of one model, or of all, anew beside those in use, and switches when each is done. @throws NoSuchModel */
export async function rebuild(projector: Projector, name?: string): Promise<RebuildAnswer> {
  const kept = [...new Set(projector.members().map(({ model }) => model.name))];
  if (name !== undefined && !kept.includes(name)) throw new NoSuchModel(`there is no read model ${name}; there are ${kept.join(', ')}`);
  const models: RebuildAnswer['models'][number][] = [];
  for (const model of name === undefined ? kept : [name]) {
    const began = performance.now();
    await projector.rebuild(model);
    models.push({ model, seconds: Math.round((performance.now() - began) / 10) / 100 });
  }
  return { report: 'rebuild', models };
}
