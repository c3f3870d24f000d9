import type { CompanyId, EmployeeId, PipelineId, ProductId, StageId } from '../../../../libs/domain/shared/ids.js';
import type { CalendarDate } from '../../../../libs/domain/shared/instant.js';
import type { BasisPoints } from '../../../../libs/domain/shared/money.js';
import { Chance, Day, FreeText, Id, Name, Names, Nested } from '../../http/fields.js';
import { CommandBody, MoneyBody, ReasonBody } from './shared.bodies.js';

export class RecordFirstContactBody extends CommandBody {
  @Name({ example: 'phone' })
  channel!: string;
  @FreeText({ optional: true })
  note?: string;
}
export class RouteRequestToMarketingBody extends CommandBody {
  @Names(50, { example: ['newsletter'] })
  lists!: string[];
  @FreeText({ example: 'no plans this year' })
  reason!: string;
}
export class FileRequestBody extends CommandBody {
  @FreeText({ about: 'Never without a reason (AS03).', example: 'a student collecting leaflets' })
  reason!: string;
}
export class QualifyLeadBody extends CommandBody {
  @Id({ example: 'machines' })
  pipelineId!: PipelineId;
  @Id({ optional: true, about: "The pipeline's first stage where left out." })
  stageId?: StageId;
  @Id({ example: 'e-1042' })
  ownerId!: EmployeeId;
}
export class MoveBody extends ReasonBody {
  @Id({ example: 'proposal' })
  toStageId!: StageId;
}
export class TransferDealBody extends ReasonBody {
  @Id({ example: 'machines' })
  pipelineId!: PipelineId;
  @Id({ example: 'meeting' })
  stageId!: StageId;
}
export class EstimateValueBody extends CommandBody {
  @Nested(() => MoneyBody, { orWord: 'unknown', example: { amount: '12500.00', currency: 'EUR' } })
  value!: MoneyBody | 'unknown';
}
export class ExpectDecisionBody extends CommandBody {
  @Day({ nullable: true, about: 'When the customer decides (QL02); null: no longer expected.', example: '2026-06-30' })
  decisionDate!: CalendarDate | null;
  @Day({ optional: true, nullable: true, about: 'When the project starts; left out: stays as it was.', example: '2026-09-01' })
  projectStart?: CalendarDate | null;
}
export class AssessChanceBody extends CommandBody {
  @Chance({ optional: true, about: 'That we get it, in basis points (QL07).', example: 6_000 })
  get?: BasisPoints | 'unknown';
  @Chance({ optional: true, about: 'That it goes ahead at all, in basis points (QL08).', example: 8_000 })
  go?: BasisPoints | 'unknown';
}
export class AssignOwnerBody extends CommandBody {
  @Id({ example: 'e-1042' })
  ownerId!: EmployeeId;
}
export class IdentifyCompanyBody extends CommandBody {
  @Id({ example: 'vermeer' })
  companyId!: CompanyId;
}
export class IdentifyProductBody extends CommandBody {
  @Id({ example: 'm-200' })
  productId!: ProductId;
}
export class PostponeDealBody extends ReasonBody {
  @Day({ nullable: true, about: 'When to look again; null: not known.', example: '2026-10-01' })
  wakeUp!: CalendarDate | null;
}
export class WinDealBody extends CommandBody {
  @Nested(() => MoneyBody, {
    optional: true,
    orWord: 'unknown',
    about: 'The last expected value where left out.',
    example: { amount: '11900.00', currency: 'EUR' },
  })
  value?: MoneyBody | 'unknown';
  @Names(20, { about: 'Codes such as price, relationship (CL04).', example: ['relationship'] })
  reasons!: string[];
  @FreeText({ optional: true })
  note?: string;
}
export class LoseDealBody extends CommandBody {
  @Names(20, { about: 'Codes such as price, competitor, comparison-quote (CL04, RV07).', example: ['competitor'] })
  reasons!: string[];
  @FreeText({ optional: true })
  note?: string;
}
export class ReopenDealBody extends ReasonBody {
  @Id({ optional: true, about: 'Its last stage where left out.' })
  stageId?: StageId;
}
