import { ID_PATTERN } from '../shared/ids.js';
import type { ProcessDefinition, Stage } from './pipeline.events.js';
import { REQUIRED_FIELDS } from './pipeline.events.js';
import { PipelineRefusal } from './pipeline.refusals.js';

function isWhole(value: number, from: number, to: number): boolean {
  return Number.isInteger(value) && value >= from && value <= to;
}

function stageFaults(stage: Stage): string[] {
  const faults: string[] = [];
  if (!ID_PATTERN.test(stage.id)) faults.push(`stage id "${stage.id}" is not 1 to 120 letters, digits and . _ ~ -`);
  if (stage.label.trim() === '') faults.push(`stage ${stage.id} has no label`);
  if (stage.weight !== null && !isWhole(stage.weight, 0, 10_000)) faults.push(`the weight of ${stage.id} is not 0 to 10000 basis points`);
  if (stage.stagnatesAfterDays !== null && !isWhole(stage.stagnatesAfterDays, 1, 36_500)) {
    faults.push(`${stage.id} cannot stagnate after ${stage.stagnatesAfterDays} days`);
  }
  for (const field of stage.requiredFields)
    if (!REQUIRED_FIELDS.includes(field)) faults.push(`${stage.id} requires "${String(field)}", which is no field`);
  return faults;
}

function gateFaults({ scotsmanAtLeast, quoteChanceAtLeast }: ProcessDefinition['gates']): string[] {
  const faults: string[] = [];
  if (scotsmanAtLeast !== undefined && !isWhole(scotsmanAtLeast, 0, 8)) faults.push('gates.scotsmanAtLeast is not 0 to 8');
  if (quoteChanceAtLeast !== undefined && !isWhole(quoteChanceAtLeast, 0, 10_000))
    faults.push('gates.quoteChanceAtLeast is not 0 to 10000');
  return faults;
}

function removalFaults({ stages, removedStages }: ProcessDefinition): string[] {
  const present = new Set(stages.map((stage) => stage.id));
  return removedStages.flatMap(({ stageId, to }) => [
    ...(present.has(stageId) ? [`removedStages names ${stageId}, which this version has`] : []),
    ...(present.has(to) ? [] : [`removedStages sends the deals of ${stageId} to ${to}, which this version does not have`]),
  ]);
}

/** What any version of a process must be, whatever was before it. @throws Refusal */
export function checkProcess(id: string, process: ProcessDefinition): void {
  const { stages } = process;
  const ids = stages.map((stage) => stage.id);
  const faults = [
    ...(process.name.trim() === '' ? ['it has no name'] : []),
    ...(stages.length === 0 ? ['it has no stage: one at least'] : []),
    ...[...new Set(ids.filter((stage, index) => ids.indexOf(stage) !== index))].map((stage) => `stage ${stage} is there twice`),
    ...stages.flatMap(stageFaults),
    ...gateFaults(process.gates),
    ...removalFaults(process),
  ];
  if (faults.length > 0) throw PipelineRefusal.badProcess(id, faults);

  const weighed = stages.flatMap(({ id: stage, weight }) => (weight === null ? [] : [{ stage, weight }]));
  weighed.forEach(({ stage, weight }, index) => {
    const before = weighed[index - 1];
    if (before !== undefined && weight < before.weight) throw PipelineRefusal.weightsDecrease(id, stage, before.stage);
  });
}
