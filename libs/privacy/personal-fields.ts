import type { CorrectedFact } from '../domain/shared/correction.js';
import type { DomainEvent } from '../domain/shared/envelope.js';
import { NOT_IN_SOURCE } from '../domain/shared/envelope.js';
import type { Catalog } from '../event-catalog/build-catalog.js';
import type { FieldPath } from '../event-catalog/forms.js';
import { fieldName } from '../event-catalog/forms.js';

/** The fields where an import may say `not-in-source` in place of a text: no text, nothing personal. Elsewhere those letters are a text like any other. */
const MAY_BE_NOT_IN_SOURCE: ReadonlySet<string> = new Set(['RequestRegistered.summary']);

type Change = (value: unknown, field: string) => unknown;

function atPath(value: unknown, path: FieldPath, depth: number, change: (value: unknown) => unknown): unknown {
  const step = path[depth];
  if (step === undefined) return value === undefined || value === null ? value : change(value);
  if (step === '*') return Array.isArray(value) ? value.map((item: unknown) => atPath(item, path, depth + 1, change)) : value;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return value;
  const member = (value as Readonly<Record<string, unknown>>)[step];
  const changed = atPath(member, path, depth + 1, change);
  return changed === member ? value : { ...value, [step]: changed };
}

/**
 * The data of an event of the newest version with its personal fields changed, those of the fact inside a correction too. Null stays null; what has none comes back as
 * it is.
 */
export function changePersonal(catalog: Catalog, { type, data }: DomainEvent, change: Change): object {
  let changed: object = data;
  for (const path of catalog.personalFields(type)) {
    const field = fieldName(type, path);
    const changeText = (value: unknown): unknown =>
      value === NOT_IN_SOURCE && MAY_BE_NOT_IN_SOURCE.has(field) ? value : change(value, field);
    changed = atPath(changed, path, 0, changeText) as object; // an object stays one
  }
  const { event: fact } = changed as { readonly event?: CorrectedFact };
  if (type !== 'HistoryCorrected' || fact === undefined) return changed;
  return { ...changed, event: { ...fact, data: changePersonal(catalog, fact, change) } };
}

/** Whether a field of this event holds something personal now. */
export function hasPersonal(catalog: Catalog, event: DomainEvent): boolean {
  if (event.type !== 'HistoryCorrected' && catalog.personalFields(event.type).length === 0) return false;
  let found = false;
  changePersonal(catalog, event, (value) => {
    found = true;
    return value;
  });
  return found;
}
