import type { CampaignCommand } from './campaign/campaign.commands.js';
import type { CompanyCommand } from './company/company.commands.js';
import type { ContactCommand } from './contact/contact.commands.js';
import type { DealCommand } from './deal/deal.commands.js';
import type { EmployeeCommand } from './employee/employee.commands.js';
import type { ForecastCommand } from './forecast/forecast.commands.js';
import type { PipelineCommand } from './pipeline/pipeline.commands.js';
import type { ProductCommand } from './product/product.commands.js';
import type { QuotaCommand } from './quota/quota.commands.js';
import type { RateCommand } from './rate/rate.commands.js';
import type { StreamCategory, StreamName } from './shared/ids.js';
import { streamName } from './shared/ids.js';

/** One command, one stream: `id` is the id of that stream, the command's type tells its category. */
export type Command =
  | DealCommand
  | ContactCommand
  | CompanyCommand
  | EmployeeCommand
  | ProductCommand
  | CampaignCommand
  | PipelineCommand
  | QuotaCommand
  | ForecastCommand
  | RateCommand;
export type CommandType = Command['type'];

/** Exhaustive: a new command does not compile until it has its stream. */
export const COMMAND_CATEGORY: Readonly<Record<CommandType, Exclude<StreamCategory, 'log'>>> = {
  RegisterRequest: 'deal',
  RecordFirstContact: 'deal',
  RouteRequestToMarketing: 'deal',
  FileRequest: 'deal',
  QualifyLead: 'deal',
  AdvanceStage: 'deal',
  ReturnToStage: 'deal',
  TransferDeal: 'deal',
  EstimateValue: 'deal',
  ExpectDecision: 'deal',
  AssessChance: 'deal',
  AssignOwner: 'deal',
  IdentifyCompany: 'deal',
  IdentifyProduct: 'deal',
  PostponeDeal: 'deal',
  ResumeDeal: 'deal',
  WinDeal: 'deal',
  LoseDeal: 'deal',
  ReopenDeal: 'deal',
  CorrectHistory: 'deal',
  RegisterContact: 'contact',
  ReviseContactDetails: 'contact',
  MoveContactToCompany: 'contact',
  RegisterCompany: 'company',
  RenameCompany: 'company',
  ClassifyIndustry: 'company',
  ProfileCompany: 'company',
  RegisterEmployee: 'employee',
  RenameEmployee: 'employee',
  JoinTeam: 'employee',
  AssignManager: 'employee',
  JoinOffice: 'employee',
  JoinDepartment: 'employee',
  RegisterProduct: 'product',
  RenameProduct: 'product',
  SetListPrice: 'product',
  RegisterCampaign: 'campaign',
  RenameCampaign: 'campaign',
  DefinePipeline: 'pipeline',
  RevisePipeline: 'pipeline',
  SetQuota: 'quota',
  WithdrawQuota: 'quota',
  SubmitForecast: 'forecast',
  WithdrawForecast: 'forecast',
  SetRate: 'rate',
  WithdrawRate: 'rate',
};

/** The one stream that a command goes to. */
export function streamOf(command: Command): StreamName {
  return streamName(COMMAND_CATEGORY[command.type], command.id);
}
