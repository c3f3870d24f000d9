import type { ModelLag } from '../../../libs/projection-engine/lag.js';
import { table } from './table.js';
import { countText } from './text.js';

/** How far each read model is behind the log; partitions apart where there is more than one. */
export function lagTable(models: readonly ModelLag[]): string {
  const parts = new Map<string, number>();
  for (const { model } of models) parts.set(model, (parts.get(model) ?? 0) + 1);
  return table(
    [
      { title: 'read model' },
      { title: 'state' },
      { title: 'position', align: 'right' },
      { title: 'events behind', align: 'right' },
      { title: 'seconds', align: 'right' },
      { title: 'parked', align: 'right' },
      { title: 'error', shrinks: true },
    ],
    models.map((model) => [
      (parts.get(model.model) ?? 1) > 1 ? `${model.model} / ${model.partition}` : model.model,
      model.state,
      countText(Number(model.position)),
      `${countText(model.events)}${model.exact ? '' : ' or more'}`,
      model.seconds.toFixed(1),
      countText(model.parkedStreams),
      model.error ?? '',
    ]),
  );
}
