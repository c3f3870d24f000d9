import type { NotInSource } from '../shared/envelope.js';
import type { CompanyId, ContactId } from '../shared/ids.js';

export interface RegisterContact {
  readonly type: 'RegisterContact';
  readonly id: ContactId;
  readonly name: string;
  /** Null: of no company. `not-in-source`: an import whose source does not say. */
  readonly companyId: CompanyId | null | NotInSource;
  readonly email?: string;
  readonly phone?: string;
  readonly role?: string;
}
/** Replaces what it names; what is left out stays as it was, null takes it away. */
export interface ReviseContactDetails {
  readonly type: 'ReviseContactDetails';
  readonly id: ContactId;
  readonly name?: string;
  readonly email?: string | null;
  readonly phone?: string | null;
  readonly role?: string | null;
}
export interface MoveContactToCompany {
  readonly type: 'MoveContactToCompany';
  readonly id: ContactId;
  readonly companyId: CompanyId | null;
}

export type ContactCommand = RegisterContact | ReviseContactDetails | MoveContactToCompany;
