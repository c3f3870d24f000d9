import { Type } from '@sinclair/typebox';
import { companyId, exact, money, orNull } from './parts.js';

/** Firms are not persons: their names are not personal fields. */
export const companySchemas = {
  CompanyRegistered: exact({ name: Type.String() }, { description: 'A firm that we deal with.' }),
  CompanyRenamed: exact({ name: Type.String() }, { description: 'The firm goes by another name.' }),
  IndustryClassified: exact({ industry: orNull(Type.String()) }, { description: 'Which industry it counts to from here on.' }),
  CompanyProfiled: exact(
    {
      country: Type.Optional(Type.String()),
      employees: Type.Optional(Type.Integer({ minimum: 0 })),
      foundedYear: Type.Optional(Type.Integer()),
      annualRevenueMinor: Type.Optional(Type.Integer()),
      currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$' })),
      parentCompanyId: Type.Optional(companyId),
    },
    { description: 'What else a source says of it; left out: stays as it was.' },
  ),
};

export const productSchemas = {
  ProductRegistered: exact({ name: Type.String(), series: Type.Optional(Type.String()) }, { description: 'Something we sell.' }),
  ProductRenamed: exact({ name: Type.String() }, { description: 'The product goes by another name.' }),
  ListPriceSet: exact({ listPrice: orNull(money) }, { description: 'Its list price from here on; null: no longer listed.' }),
};

export const campaignSchemas = {
  CampaignRegistered: exact(
    { name: Type.String(), channel: Type.Optional(Type.String()) },
    { description: 'An action of ours that may provoke requests (RQ06).' },
  ),
  CampaignRenamed: exact({ name: Type.String() }, { description: 'The campaign goes by another name.' }),
};
