import type { EpochMs } from '../../domain/shared/instant.js';
import type { PipelineMapping } from '../mapping/mapping.js';
import { CellProblem, recordable } from '../reading/cell.js';

/** Small things that all shapes read alike. Each throws CellProblem, which refuses the row. */

export function dealKey(text: string, column: string): string {
  if (text === '') throw new CellProblem('the key is blank', column);
  return recordable(text, column);
}

export function stageIdOf(text: string | undefined, pipeline: PipelineMapping, column: string | null): string {
  if (text === undefined) throw new CellProblem('the stage is blank', column);
  if (pipeline.stages.some((stage) => stage.id === text)) return text;
  const stages = pipeline.stages.map((stage) => stage.id).join(', ');
  throw new CellProblem(`${text} is no stage of ${pipeline.id} (${stages}); the mapping can map it`, column);
}

/** A deal's event may not lie ahead. */
export function mustHaveHappened(at: EpochMs, now: EpochMs, column: string | null): void {
  if (at > now) throw new CellProblem(`${new Date(at).toISOString()} has not come yet`, column);
}

/** `price; competitor` gives two. */
export function reasonCodes(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  return text
    .split(';')
    .map((reason) => reason.trim())
    .filter((reason) => reason !== '');
}
