import type { CompanyId } from '../shared/ids.js';
import type { CompanyProfiled } from './company.events.js';

export interface RegisterCompany {
  readonly type: 'RegisterCompany';
  readonly id: CompanyId;
  readonly name: string;
  /** Null: said to have none that we name. Left out: not said. */
  readonly industry?: string | null;
  readonly profile?: CompanyProfile;
}
export interface RenameCompany {
  readonly type: 'RenameCompany';
  readonly id: CompanyId;
  readonly name: string;
}
export interface ClassifyIndustry {
  readonly type: 'ClassifyIndustry';
  readonly id: CompanyId;
  readonly industry: string | null;
}
export type CompanyProfile = CompanyProfiled['data'];
export interface ProfileCompany {
  readonly type: 'ProfileCompany';
  readonly id: CompanyId;
  readonly profile: CompanyProfile;
}

export type CompanyCommand = RegisterCompany | RenameCompany | ClassifyIndustry | ProfileCompany;
