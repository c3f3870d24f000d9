import { Refusal } from '../shared/refusal.js';
import { isoInstant } from '../shared/instant.js';

export const PipelineRefusal = {
  unknown: (id: string) =>
    new Refusal('pipeline/unknown', `pipeline ${id} is not defined; DefinePipeline defines its first version`, {
      id,
      legal: ['DefinePipeline'],
    }),
  alreadyDefined: (id: string) =>
    new Refusal(
      'pipeline/already-defined',
      `pipeline ${id} is defined already, with another process; RevisePipeline makes its next version`,
      {
        id,
        legal: ['RevisePipeline'],
      },
    ),
  badProcess: (id: string, faults: readonly string[]) =>
    new Refusal('pipeline/bad-process', `pipeline ${id}: ${faults.join('; ')}`, { id, faults }),
  weightsDecrease: (id: string, stage: string, before: string) =>
    new Refusal(
      'pipeline/weights-decrease',
      `pipeline ${id}: stage ${stage} weighs less than ${before} before it; weights do not decrease along the stages (FC02)`,
      { id, stage, before },
    ),
  removedStageWithoutTarget: (id: string, stages: readonly string[]) =>
    new Refusal(
      'pipeline/removed-stage-without-target',
      `pipeline ${id}: this version leaves out ${stages.join(', ')}; removedStages must say where the deals there go`,
      { id, stages },
    ),
  removalInThePast: (id: string, stages: readonly string[], now: number) =>
    new Refusal(
      'pipeline/removal-in-the-past',
      `pipeline ${id}: ${stages.join(', ')} cannot be taken out before ${isoInstant(now)}: deals have stood there; date the version now or ahead`,
      { id, stages },
    ),
  laterVersionLacksStage: (id: string, version: number, stages: readonly string[]) =>
    new Refusal(
      'pipeline/later-version-lacks-stage',
      `pipeline ${id}: version ${version}, in force after this one, has no ${stages.join(', ')} and does not say where the deals there go; revise from its date on`,
      { id, version, stages },
    ),
};
