import type { CompanyId } from '../shared/ids.js';

/** Firms are not persons: their names are not personal fields. */
export type CompanyRegistered = { readonly type: 'CompanyRegistered'; readonly data: { readonly name: string } };
export type CompanyRenamed = { readonly type: 'CompanyRenamed'; readonly data: { readonly name: string } };
export type IndustryClassified = { readonly type: 'IndustryClassified'; readonly data: { readonly industry: string | null } };
/** What else a source says of a firm; left out: not said, stays as it was. */
export type CompanyProfiled = {
  readonly type: 'CompanyProfiled';
  readonly data: {
    readonly country?: string;
    readonly employees?: number;
    readonly foundedYear?: number;
    readonly annualRevenueMinor?: number;
    readonly currency?: string;
    readonly parentCompanyId?: CompanyId;
  };
};
export type CompanyEvent = CompanyRegistered | CompanyRenamed | IndustryClassified | CompanyProfiled;
