import type { NotInSource, Personal } from '../shared/envelope.js';
import type { CompanyId } from '../shared/ids.js';

/** One record type for every person outside (RQ10). All but the company is personal. */
export type ContactRegistered = {
  readonly type: 'ContactRegistered';
  readonly data: {
    /** Personal. */
    readonly name: Personal;
    readonly companyId: CompanyId | null | NotInSource;
    /** Personal. */
    readonly email?: Personal;
    /** Personal. */
    readonly phone?: Personal;
    /** Personal. */
    readonly role?: Personal;
  };
};
/** Replaces what it names; what is left out stays as it was, null takes it away. */
export type ContactDetailsRevised = {
  readonly type: 'ContactDetailsRevised';
  readonly data: {
    /** Personal. */
    readonly name?: Personal;
    /** Personal. */
    readonly email?: Personal | null;
    /** Personal. */
    readonly phone?: Personal | null;
    /** Personal. */
    readonly role?: Personal | null;
  };
};
export type ContactMovedToCompany = { readonly type: 'ContactMovedToCompany'; readonly data: { readonly companyId: CompanyId | null } };
export type ContactEvent = ContactRegistered | ContactDetailsRevised | ContactMovedToCompany;
