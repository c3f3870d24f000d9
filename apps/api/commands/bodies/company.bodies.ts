import type { CompanyId } from '../../../../libs/domain/shared/ids.js';
import { Currency, Id, Name, Nested, WholeNumber } from '../../http/fields.js';
import { CommandBody } from './shared.bodies.js';

export class CompanyProfileBody {
  @Name({ optional: true, example: 'Netherlands' })
  country?: string;
  @WholeNumber({ least: 0, most: 100_000_000 }, { optional: true, example: 240 })
  employees?: number;
  @WholeNumber({ least: 1000, most: 3000 }, { optional: true, example: 1987 })
  foundedYear?: number;
  @WholeNumber(
    { least: 0, most: Number.MAX_SAFE_INTEGER },
    { optional: true, about: 'In minor units of the currency.', example: 4_500_000_00 },
  )
  annualRevenueMinor?: number;
  @Currency({ optional: true, example: 'EUR' })
  currency?: string;
  @Id({ optional: true })
  parentCompanyId?: CompanyId;
}
export class RegisterCompanyBody extends CommandBody {
  @Id({ optional: true, example: 'vermeer' })
  id?: CompanyId;
  @Name({ example: 'Vermeer Machines' })
  name!: string;
  @Name({ optional: true, nullable: true, about: 'Null: none that we name.', example: 'manufacturing' })
  industry?: string | null;
  @Nested(() => CompanyProfileBody, { optional: true })
  profile?: CompanyProfileBody;
}
export class RenameBody extends CommandBody {
  @Name({ example: 'Vermeer Group' })
  name!: string;
}
export class ClassifyIndustryBody extends CommandBody {
  @Name({ nullable: true, example: 'logistics' })
  industry!: string | null;
}
export class ProfileCompanyBody extends CommandBody {
  @Nested(() => CompanyProfileBody)
  profile!: CompanyProfileBody;
}
