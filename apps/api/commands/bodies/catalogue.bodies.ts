import type { CampaignId, ProductId } from '../../../../libs/domain/shared/ids.js';
import { Id, Name, Nested } from '../../http/fields.js';
import { CommandBody, MoneyBody } from './shared.bodies.js';

export class RegisterProductBody extends CommandBody {
  @Id({ optional: true, example: 'm-200' })
  id?: ProductId;
  @Name({ example: 'Milling machine 200' })
  name!: string;
  @Name({ optional: true, example: 'milling' })
  series?: string;
  @Nested(() => MoneyBody, { optional: true })
  listPrice?: MoneyBody;
}
export class SetListPriceBody extends CommandBody {
  @Nested(() => MoneyBody, { nullable: true, about: 'Null: no longer listed.' })
  listPrice!: MoneyBody | null;
}
export class RegisterCampaignBody extends CommandBody {
  @Id({ optional: true, example: 'spring-mailing' })
  id?: CampaignId;
  @Name({ example: 'Spring mailing' })
  name!: string;
  @Name({ optional: true, example: 'e-mail' })
  channel?: string;
}
