import type { Right } from '../../../libs/access/rights.js';
import type { CommandType } from '../../../libs/domain/commands.js';
import { QUESTIONS } from '../../questions/questions.js';

/** `open`: for whoever asks. `any`: for whoever shows a token, whatever its rights. */
export type Need = Right | 'open' | 'any';

/** A new command does not compile until it is said who may give it. */
const COMMANDS: Readonly<Record<CommandType, Right>> = {
  RegisterRequest: 'write',
  RecordFirstContact: 'write',
  RouteRequestToMarketing: 'write',
  FileRequest: 'write',
  QualifyLead: 'write',
  AdvanceStage: 'write',
  ReturnToStage: 'write',
  TransferDeal: 'write',
  EstimateValue: 'write',
  ExpectDecision: 'write',
  AssessChance: 'write',
  AssignOwner: 'write',
  IdentifyCompany: 'write',
  IdentifyProduct: 'write',
  PostponeDeal: 'write',
  ResumeDeal: 'write',
  WinDeal: 'write',
  LoseDeal: 'write',
  ReopenDeal: 'write',
  CorrectHistory: 'correct',
  RegisterContact: 'write',
  ReviseContactDetails: 'write',
  MoveContactToCompany: 'write',
  RegisterCompany: 'write',
  RenameCompany: 'write',
  ClassifyIndustry: 'write',
  ProfileCompany: 'write',
  RegisterEmployee: 'write',
  RenameEmployee: 'write',
  JoinTeam: 'write',
  AssignManager: 'write',
  JoinOffice: 'write',
  JoinDepartment: 'write',
  RegisterProduct: 'write',
  RenameProduct: 'write',
  SetListPrice: 'write',
  RegisterCampaign: 'write',
  RenameCampaign: 'write',
  DefinePipeline: 'write',
  RevisePipeline: 'write',
  SetQuota: 'write',
  WithdrawQuota: 'write',
  SubmitForecast: 'write',
  WithdrawForecast: 'write',
  SetRate: 'write',
  WithdrawRate: 'write',
};

/** What a caller needs for each operation, by its operationId in the OpenAPI document. A server with an operation that is not here does not start. */
export const OPERATION_RIGHTS: Readonly<Record<string, Need>> = {
  ...COMMANDS,
  ...Object.fromEntries(QUESTIONS.map(({ operationId }) => [operationId, 'read'])),
  SubscribeToEvents: 'read',
  Lag: 'read',
  Import: 'operate',
  Demo: 'operate',
  Doctor: 'operate',
  Parked: 'operate',
  ReplayParked: 'operate',
  Pause: 'operate',
  Resume: 'operate',
  Rebuild: 'operate',
  ShowCaller: 'any',
  Metrics: 'operate',
  Live: 'open',
  Ready: 'open',
};

/** Routes beside the operations that hold nothing but documentation. */
export function isDocumentation(path: string): boolean {
  return path === '/openapi.json' || path === '/asyncapi.json' || path === '/docs' || path.startsWith('/docs/');
}
