import type { EmployeeId } from '../domain/shared/ids.js';
import type { EpochMs } from '../domain/shared/instant.js';

/** What a seller would tell the manager: how much was won this quarter, how much is open. Whole euros; what a forecast is made of. */
export class SalesBook {
  readonly #won = new Map<EmployeeId, Map<string, number>>();
  readonly #open = new Map<EmployeeId, number>();

  won(owner: EmployeeId, at: EpochMs, euros: number): void {
    const quarters = this.#won.get(owner) ?? new Map<string, number>();
    const quarter = quarterOf(at);
    quarters.set(quarter, (quarters.get(quarter) ?? 0) + euros);
    this.#won.set(owner, quarters);
  }

  opened(owner: EmployeeId, euros: number): void {
    this.#open.set(owner, (this.#open.get(owner) ?? 0) + euros);
  }

  closed(owner: EmployeeId, euros: number): void {
    this.opened(owner, -euros);
  }

  wonIn(owner: EmployeeId, quarter: string): number {
    return this.#won.get(owner)?.get(quarter) ?? 0;
  }

  openOf(owner: EmployeeId): number {
    return Math.max(0, this.#open.get(owner) ?? 0);
  }
}

/** `2024-Q3`. */
export function quarterOf(at: EpochMs): string {
  const date = new Date(at);
  return `${date.getUTCFullYear()}-Q${Math.floor(date.getUTCMonth() / 3) + 1}`;
}
