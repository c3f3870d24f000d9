import { assertNever } from '../shared/assert-never.js';
import type { DecideContext } from '../shared/decide-context.js';
import { dimensionInstant } from '../shared/effective-instant.js';
import { checkMoney } from '../shared/money-rules.js';
import { checkPeriod } from '../shared/period-rules.js';
import { Refusal } from '../shared/refusal.js';
import { sameJson } from '../shared/same-json.js';
import { holdsAt, valueAt } from '../shared/timeline.js';
import type { StreamKind } from '../stream-kind.js';
import type { QuotaCommand, SetQuota } from './quota.commands.js';
import type { QuotaEvent } from './quota.events.js';
import type { Quota } from './quota.evolve.js';
import { evolve, noQuota } from './quota.evolve.js';

function otherQuota(id: string): Refusal {
  return new Refusal('quota/other-quota', `quota ${id} is of another holder or period; only its amount can be set anew: use another id`, {
    id,
  });
}

function setQuota(quota: Quota, command: SetQuota, at: number): QuotaEvent[] {
  const { type: _type, id, ...data } = command;
  checkPeriod('quota', id, data);
  checkMoney('quota', id, data.amount);
  const known = quota.set.find((dated) => dated.value !== null)?.value;
  if (known && !(sameJson(known.holder, data.holder) && known.from === data.from && known.to === data.to)) throw otherQuota(id);
  return holdsAt(quota.set, at, data, sameJson) ? [] : [{ type: 'QuotaSet', data }];
}

export function decide(quota: Quota, command: QuotaCommand, { at }: Pick<DecideContext, 'at'>): QuotaEvent[] {
  switch (command.type) {
    case 'SetQuota':
      return setQuota(quota, command, at);
    case 'WithdrawQuota':
      if (quota.set.length === 0)
        throw new Refusal('quota/unknown', `quota ${command.id} was never set; SetQuota sets it`, { id: command.id });
      return valueAt(quota.set, at) ? [{ type: 'QuotaWithdrawn', data: {} }] : [];
    default:
      return assertNever(command);
  }
}

export const quotaKind: StreamKind<Quota, QuotaCommand, QuotaEvent> = {
  category: 'quota',
  initial: noQuota,
  evolve,
  decide,
  effectiveAt: (quota, command, asked, { now }) => dimensionInstant(asked, now, command.type === 'SetQuota' && quota.set.length === 0),
  pipelinesNeeded: () => [],
};
