import { assertNever } from '../shared/assert-never.js';
import type { DecideContext } from '../shared/decide-context.js';
import { dimensionInstant } from '../shared/effective-instant.js';
import { parseRate } from '../shared/exchange-rate.js';
import { isCurrency } from '../shared/money.js';
import { Refusal } from '../shared/refusal.js';
import { sameJson } from '../shared/same-json.js';
import { holdsAt, valueAt } from '../shared/timeline.js';
import type { StreamKind } from '../stream-kind.js';
import type { RateCommand, SetRate } from './rate.commands.js';
import type { RateEvent } from './rate.events.js';
import type { Rate } from './rate.evolve.js';
import { evolve, noRate } from './rate.evolve.js';

function setRate(rate: Rate, command: SetRate, at: number): RateEvent[] {
  const { type: _type, id, ...data } = command;
  for (const currency of [data.from, data.to])
    if (!isCurrency(currency)) throw new Refusal('rate/bad-currency', `rate ${id}: ${currency} is no ISO 4217 currency`, { id, currency });
  if (data.from === data.to) throw new Refusal('rate/same-currency', `rate ${id}: ${data.from} is worth itself, whatever the day`, { id });
  if (parseRate(data.rate) === undefined) {
    const wanted = 'a decimal above 0 with at most 9 digits before the point and 10 behind it is one';
    throw new Refusal('rate/bad-rate', `rate ${id}: '${data.rate}' is no rate; ${wanted}`, { id, rate: data.rate });
  }
  const known = rate.set.find((dated) => dated.value !== null)?.value;
  if (known && (known.from !== data.from || known.to !== data.to)) {
    throw new Refusal('rate/other-pair', `rate ${id} is of ${known.from} in ${known.to}: use another id for ${data.from} in ${data.to}`, {
      ...{ id, from: known.from, to: known.to },
    });
  }
  return holdsAt(rate.set, at, data, sameJson) ? [] : [{ type: 'RateSet', data }];
}

export function decide(rate: Rate, command: RateCommand, { at }: Pick<DecideContext, 'at'>): RateEvent[] {
  switch (command.type) {
    case 'SetRate':
      return setRate(rate, command, at);
    case 'WithdrawRate':
      if (rate.set.length === 0) throw new Refusal('rate/unknown', `rate ${command.id} was never set; SetRate sets it`, { id: command.id });
      return valueAt(rate.set, at) ? [{ type: 'RateWithdrawn', data: {} }] : [];
    default:
      return assertNever(command);
  }
}

export const rateKind: StreamKind<Rate, RateCommand, RateEvent> = {
  category: 'rate',
  initial: noRate,
  evolve,
  decide,
  effectiveAt: (rate, command, asked, { now }) => dimensionInstant(asked, now, command.type === 'SetRate' && rate.set.length === 0),
  pipelinesNeeded: () => [],
};
