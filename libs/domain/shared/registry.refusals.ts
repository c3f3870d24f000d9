import { Refusal } from './refusal.js';

/** What every kind of registered thing (a company, a person, a product, …) refuses in the same words. Codes are stable: `<kind>/<rule>`. */
export interface RegistryRefusals {
  readonly unknown: (id: string) => Refusal;
  readonly alreadyRegistered: (id: string) => Refusal;
  readonly textMissing: (id: string, field: string) => Refusal;
  readonly notInSource: (id: string, fields: readonly string[]) => Refusal;
}

export function registryRefusals(kind: string, register: string): RegistryRefusals {
  return {
    unknown: (id) => new Refusal(`${kind}/unknown`, `${kind} ${id} is not known; ${register} makes it`, { id, legal: [register] }),
    alreadyRegistered: (id) =>
      new Refusal(`${kind}/already-registered`, `${kind} ${id} is there already with other data; ${register} is for a new one`, { id }),
    textMissing: (id, field) => new Refusal(`${kind}/field-empty`, `${kind} ${id}: ${field} must not be empty`, { id, field }),
    notInSource: (id, fields) =>
      new Refusal(`${kind}/not-in-source`, `${kind} ${id}: only an import may say "not-in-source" (${fields.join(', ')})`, { id, fields }),
  };
}
