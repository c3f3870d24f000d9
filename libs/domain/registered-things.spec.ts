import { day, employee, eur } from '../testing/deal-words.js';
import { givenOf } from '../testing/given.js';
import { campaignKind } from './campaign/campaign.decider.js';
import { companyKind } from './company/company.decider.js';
import { contactKind } from './contact/contact.decider.js';
import { forecastKind } from './forecast/forecast.decider.js';
import { productKind } from './product/product.decider.js';
import { quotaKind } from './quota/quota.decider.js';
import { rateKind } from './rate/rate.decider.js';
import type { CampaignId, CompanyId, ContactId, ProductId } from './shared/ids.js';

const begins = Date.UTC(2025, 0, 1);

describe('a company', () => {
  const given = givenOf(companyKind, { stream: 'company-c1', begins });
  const id = 'c1' as CompanyId;

  it('is registered with what is known of it, and classified and profiled later', () => {
    given()
      .when({ type: 'RegisterCompany', id, name: 'Norrland Papper', industry: 'paper', profile: { country: 'SE' } })
      .then(
        { type: 'CompanyRegistered', data: { name: 'Norrland Papper' } },
        { type: 'IndustryClassified', data: { industry: 'paper' } },
        { type: 'CompanyProfiled', data: { country: 'SE' } },
      );
    given({ type: 'CompanyRegistered', data: { name: 'Norrland Papper' } })
      .when({ type: 'ClassifyIndustry', id, industry: 'packaging' })
      .then({ type: 'IndustryClassified', data: { industry: 'packaging' } });
  });

  it('is told nothing that it says already', () => {
    const past = [
      { type: 'CompanyRegistered', data: { name: 'Norrland Papper' } },
      { type: 'CompanyProfiled', data: { country: 'SE', employees: 80 } },
    ] as const;
    given(...past)
      .when({ type: 'RenameCompany', id, name: 'Norrland Papper' })
      .thenNothing();
    given(...past)
      .when({ type: 'ProfileCompany', id, profile: { employees: 80 } })
      .thenNothing();
    given(...past)
      .when({ type: 'RegisterCompany', id, name: 'Norrland Papper', profile: { country: 'SE' } })
      .thenNothing();
    given(...past)
      .when({ type: 'RegisterCompany', id, name: 'Sydpapper' })
      .thenRefused('company/already-registered');
  });
});

describe('a contact', () => {
  const given = givenOf(contactKind, { stream: 'contact-p1', begins });
  const id = 'p1' as ContactId;
  const registered = { type: 'ContactRegistered', data: { name: 'Per Berg', companyId: null } } as const;

  it('is one kind of record, of a company or of none (RQ10)', () => {
    given().when({ type: 'RegisterContact', id, name: 'Per Berg', companyId: null }).then(registered);
    given(registered)
      .when({ type: 'MoveContactToCompany', id, companyId: 'c1' as CompanyId })
      .then({ type: 'ContactMovedToCompany', data: { companyId: 'c1' as CompanyId } });
  });

  it('has its details revised one by one', () => {
    given(registered)
      .when({ type: 'ReviseContactDetails', id, email: 'per@berg.example', phone: null })
      .then({ type: 'ContactDetailsRevised', data: { email: 'per@berg.example', phone: null } });
    given(registered).when({ type: 'ReviseContactDetails', id, name: 'Per Berg' }).thenNothing();
    given(registered).when({ type: 'ReviseContactDetails', id, name: '' }).thenRefused('contact/field-empty');
  });

  it('has a company that only an import may leave open', () => {
    const command = { type: 'RegisterContact', id, name: 'Per Berg', companyId: 'not-in-source' } as const;
    given()
      .when(command)
      .thenRefused('contact/not-in-source', { fields: ['companyId'] });
    given()
      .when(command, { actor: { id: 'crm', kind: 'import' } })
      .then({ type: 'ContactRegistered', data: { name: 'Per Berg', companyId: 'not-in-source' } });
  });
});

describe('a product', () => {
  const given = givenOf(productKind, { stream: 'product-x1', begins });
  const id = 'x1' as ProductId;

  it('has a list price with a history', () => {
    given()
      .when({ type: 'RegisterProduct', id, name: 'Desk', series: 'Office', listPrice: eur(45_000) })
      .then(
        { type: 'ProductRegistered', data: { name: 'Desk', series: 'Office' } },
        { type: 'ListPriceSet', data: { listPrice: eur(45_000) } },
      );
    given({ type: 'ProductRegistered', data: { name: 'Desk' } }, { type: 'ListPriceSet', data: { listPrice: eur(45_000) } })
      .when({ type: 'SetListPrice', id, listPrice: null })
      .then({ type: 'ListPriceSet', data: { listPrice: null } });
    given({ type: 'ProductRegistered', data: { name: 'Desk' } })
      .when({ type: 'SetListPrice', id, listPrice: { minor: 1.5, currency: 'EUR' } })
      .thenRefused('product/bad-money');
  });
});

describe('a campaign', () => {
  const given = givenOf(campaignKind, { stream: 'campaign-k1', begins });
  const id = 'k1' as CampaignId;

  it('is named, and may be named anew (MK07)', () => {
    given()
      .when({ type: 'RegisterCampaign', id, name: 'Spring fair', channel: 'event' })
      .then({ type: 'CampaignRegistered', data: { name: 'Spring fair', channel: 'event' } });
    given({ type: 'CampaignRegistered', data: { name: 'Spring fair' } })
      .when({ type: 'RenameCampaign', id, name: 'Spring fair 2025' })
      .then({ type: 'CampaignRenamed', data: { name: 'Spring fair 2025' } });
    given().when({ type: 'RenameCampaign', id, name: 'Fair' }).thenRefused('campaign/unknown');
  });
});

describe('a quota', () => {
  const given = givenOf(quotaKind, { stream: 'quota-q1', begins });
  const data = {
    holder: { kind: 'person', employeeId: employee('e1') },
    from: day('2025-01-01'),
    to: day('2025-04-01'),
    amount: eur(500_000),
  } as const;

  it('is set for a holder and a period, set anew, and withdrawn (PF02)', () => {
    given()
      .when({ type: 'SetQuota', id: 'q1', ...data })
      .then({ type: 'QuotaSet', data });
    given({ type: 'QuotaSet', data })
      .when({ type: 'SetQuota', id: 'q1', ...data, amount: eur(600_000) })
      .then({ type: 'QuotaSet', data: { ...data, amount: eur(600_000) } });
    given({ type: 'QuotaSet', data })
      .when({ type: 'SetQuota', id: 'q1', ...data })
      .thenNothing();
    given({ type: 'QuotaSet', data }).when({ type: 'WithdrawQuota', id: 'q1' }).then({ type: 'QuotaWithdrawn', data: {} });
    given({ type: 'QuotaSet', data }, { type: 'QuotaWithdrawn', data: {} }).when({ type: 'WithdrawQuota', id: 'q1' }).thenNothing();
  });

  it('is of one holder and one period of at least a day', () => {
    given({ type: 'QuotaSet', data })
      .when({ type: 'SetQuota', id: 'q1', ...data, to: day('2025-07-01') })
      .thenRefused('quota/other-quota');
    given()
      .when({ type: 'SetQuota', id: 'q1', ...data, to: day('2025-01-01') })
      .thenRefused('quota/bad-period');
  });
});

describe('an exchange rate', () => {
  const given = givenOf(rateKind, { stream: 'rate-SEK-EUR', begins });
  const data = { from: 'SEK', to: 'EUR', rate: '0.0912' };

  it('is set for a pair of currencies, set anew, and withdrawn', () => {
    given()
      .when({ type: 'SetRate', id: 'SEK-EUR', ...data })
      .then({ type: 'RateSet', data });
    given({ type: 'RateSet', data })
      .when({ type: 'SetRate', id: 'SEK-EUR', ...data, rate: '0.0885' })
      .then({ type: 'RateSet', data: { ...data, rate: '0.0885' } });
    given({ type: 'RateSet', data })
      .when({ type: 'SetRate', id: 'SEK-EUR', ...data })
      .thenNothing();
    given({ type: 'RateSet', data }).when({ type: 'WithdrawRate', id: 'SEK-EUR' }).then({ type: 'RateWithdrawn', data: {} });
    given().when({ type: 'WithdrawRate', id: 'SEK-EUR' }).thenRefused('rate/unknown');
  });

  it('is a decimal above 0 between two currencies, always of the same pair', () => {
    const of = (said: Partial<typeof data>) => ({ type: 'SetRate', id: 'SEK-EUR', ...data, ...said }) as const;
    given()
      .when(of({ rate: '0.000' }))
      .thenRefused('rate/bad-rate');
    given()
      .when(of({ rate: '1e3' }))
      .thenRefused('rate/bad-rate');
    given()
      .when(of({ to: 'SEK' }))
      .thenRefused('rate/same-currency');
    given()
      .when(of({ to: 'EURO' }))
      .thenRefused('rate/bad-currency');
    given({ type: 'RateSet', data })
      .when(of({ to: 'USD' }))
      .thenRefused('rate/other-pair');
  });
});

describe('a forecast', () => {
  const given = givenOf(forecastKind, { stream: 'forecast-f1', begins });
  const data = {
    submitterId: employee('e1'),
    from: day('2025-01-01'),
    to: day('2025-04-01'),
    category: 'commit',
    amount: eur(90_000),
  } as const;
  const submit = { type: 'SubmitForecast', id: 'f1', ...data } as const;

  it('is a new fact each time it is submitted, the same amount too (TN02)', () => {
    given().when(submit).then({ type: 'ForecastSubmitted', data });
    given({ type: 'ForecastSubmitted', data }).when(submit).then({ type: 'ForecastSubmitted', data });
    given({ type: 'ForecastSubmitted', data }).when(submit, { at: begins }).thenNothing();
  });

  it('was never submitted in the future, nor by somebody else under the same id', () => {
    given()
      .when(submit, { now: begins, at: begins + 60_000 })
      .thenRefused('forecast/effective-in-future');
    given({ type: 'ForecastSubmitted', data })
      .when({ ...submit, submitterId: employee('e2') })
      .thenRefused('forecast/other-forecast');
    given({ type: 'ForecastSubmitted', data }).when({ type: 'WithdrawForecast', id: 'f1' }).then({ type: 'ForecastWithdrawn', data: {} });
  });
});
