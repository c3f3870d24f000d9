import type { EmployeeId } from '../../../../libs/domain/shared/ids.js';
import type { SetQuota } from '../../../../libs/domain/quota/quota.commands.js';
import type { CalendarDate } from '../../../../libs/domain/shared/instant.js';
import { Currency, Day, ExchangeRate, FreeText, Id, Name, Nested, OneOf } from '../../http/fields.js';
import type { Fault } from '../../http/problem.js';
import { CommandBody, MoneyBody } from './shared.bodies.js';

export class QuotaHolderBody {
  @OneOf(['person', 'team', 'firm'])
  kind!: 'person' | 'team' | 'firm';
  @Id({ optional: true, about: 'With kind person.' })
  employeeId?: EmployeeId;
  @Name({ optional: true, about: 'With kind team.' })
  team?: string;
}
export class SetQuotaBody extends CommandBody {
  @Id({ optional: true, about: 'Made of holder and period where it is left out: setting it again sets the same one.' })
  id?: string;
  @Nested(() => QuotaHolderBody, { example: { kind: 'team', team: 'north' } })
  holder!: QuotaHolderBody;
  @Day({ example: '2026-01-01' })
  from!: CalendarDate;
  @Day({ about: 'The day after the last.', example: '2026-04-01' })
  to!: CalendarDate;
  @Nested(() => MoneyBody)
  amount!: MoneyBody;
}
export class SubmitForecastBody extends CommandBody {
  @Id({ optional: true, about: 'Made of submitter, period and category where it is left out.' })
  id?: string;
  @Id({ example: 'e-1042' })
  submitterId!: EmployeeId;
  @Day({ example: '2026-01-01' })
  from!: CalendarDate;
  @Day({ about: 'The day after the last.', example: '2026-04-01' })
  to!: CalendarDate;
  @OneOf(['commit', 'best-case', 'most-likely'])
  category!: 'commit' | 'best-case' | 'most-likely';
  @Nested(() => MoneyBody)
  amount!: MoneyBody;
  @FreeText({ optional: true })
  note?: string;
}

export class SetRateBody extends CommandBody {
  @Currency({ example: 'SEK' })
  from!: string;
  @Currency({ example: 'EUR' })
  to!: string;
  @ExchangeRate({ about: 'What one unit of `from` is worth in `to`, as text.', example: '0.0912' })
  rate!: string;
}

export function holderFaults({ kind, employeeId, team }: QuotaHolderBody): Fault[] {
  const faults: Fault[] = [];
  if ((kind === 'person') !== (employeeId !== undefined))
    faults.push({ path: 'holder.employeeId', message: 'goes with kind person, and only with it' });
  if ((kind === 'team') !== (team !== undefined)) faults.push({ path: 'holder.team', message: 'goes with kind team, and only with it' });
  return faults;
}

export function holderOf({ kind, employeeId, team }: QuotaHolderBody): SetQuota['holder'] {
  if (kind === 'person' && employeeId !== undefined) return { kind, employeeId };
  return kind === 'team' && team !== undefined ? { kind, team } : { kind: 'firm' };
}
