/** One thing that must hold before commands and questions make sense. */
export interface ReadinessCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface Readiness {
  check(): Promise<readonly ReadinessCheck[]>;
}

export const READINESS = Symbol('Readiness');
