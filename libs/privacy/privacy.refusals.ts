import { Refusal } from '../domain/shared/refusal.js';
import type { KeyHolder } from './key-store.port.js';

/** The key was destroyed on that person's request and is never made again: nothing personal is written under it. */
export function personForgotten(holder: KeyHolder): Refusal {
  return new Refusal(
    'privacy/person-forgotten',
    `${holder} was forgotten on request: nothing personal is written about them; leave the text out`,
    {
      holder,
    },
  );
}
