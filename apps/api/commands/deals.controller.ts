import { Body, Controller, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { DealId } from '../../../libs/domain/shared/ids.js';
import type { Call } from '../http/call.js';
import { Calling } from '../http/call.js';
import { checked } from '../http/checked.pipe.js';
import { PathId } from '../http/path-id.js';
import { CorrectHistoryBody, correctionOf } from './bodies/correction.bodies.js';
import * as bodies from './bodies/deal.bodies.js';
import { ReasonBody, moneyOrUnknownOf, said } from './bodies/shared.bodies.js';
import type { CommandAnswer } from './command-answer.js';
import { CommandGate } from './command-gate.js';
import { CommandRoute } from './command-route.js';

type Answer = Promise<CommandAnswer>;

@ApiTags('deals')
@Controller('v1/deals/:id')
export class DealsController {
  constructor(@Inject(CommandGate) private readonly gate: CommandGate) {}

  @Post('record-first-contact')
  @CommandRoute({
    command: 'RecordFirstContact',
    summary: 'Sales or inside sales speaks to who asked (AS16).',
    body: bodies.RecordFirstContactBody,
  })
  recordFirstContact(
    @PathId() id: DealId,
    @Calling() call: Call,
    @Body(checked(bodies.RecordFirstContactBody)) body: bodies.RecordFirstContactBody,
  ): Answer {
    return this.gate.run(call, body, { type: 'RecordFirstContact', id, ...said(body) });
  }

  @Post('route-to-marketing')
  @CommandRoute({
    command: 'RouteRequestToMarketing',
    summary: 'Nothing to win now: to marketing communication (AS02, RV03).',
    body: bodies.RouteRequestToMarketingBody,
  })
  routeToMarketing(
    @PathId() id: DealId,
    @Calling() call: Call,
    @Body(checked(bodies.RouteRequestToMarketingBody)) body: bodies.RouteRequestToMarketingBody,
  ): Answer {
    return this.gate.run(call, body, { type: 'RouteRequestToMarketing', id, ...said(body) });
  }

  @Post('file')
  @CommandRoute({ command: 'FileRequest', summary: 'Filed without further action, with a reason (AS03).', body: bodies.FileRequestBody })
  file(@PathId() id: DealId, @Calling() call: Call, @Body(checked(bodies.FileRequestBody)) body: bodies.FileRequestBody): Answer {
    return this.gate.run(call, body, { type: 'FileRequest', id, ...said(body) });
  }

  @Post('qualify-lead')
  @CommandRoute({
    command: 'QualifyLead',
    summary: 'The request becomes a deal with one owner in one stage of one pipeline (AS10, QL14).',
    body: bodies.QualifyLeadBody,
  })
  qualifyLead(@PathId() id: DealId, @Calling() call: Call, @Body(checked(bodies.QualifyLeadBody)) body: bodies.QualifyLeadBody): Answer {
    return this.gate.run(call, body, { type: 'QualifyLead', id, ...said(body) });
  }

  @Post('advance-stage')
  @CommandRoute({
    command: 'AdvanceStage',
    summary: 'Moves an open deal forward; stages in between are recorded as skipped (RV02).',
    body: bodies.MoveBody,
  })
  advanceStage(@PathId() id: DealId, @Calling() call: Call, @Body(checked(bodies.MoveBody)) body: bodies.MoveBody): Answer {
    return this.gate.run(call, body, { type: 'AdvanceStage', id, ...said(body) });
  }

  @Post('return-to-stage')
  @CommandRoute({ command: 'ReturnToStage', summary: 'Moves an open deal backward.', body: bodies.MoveBody })
  returnToStage(@PathId() id: DealId, @Calling() call: Call, @Body(checked(bodies.MoveBody)) body: bodies.MoveBody): Answer {
    return this.gate.run(call, body, { type: 'ReturnToStage', id, ...said(body) });
  }

  @Post('transfer')
  @CommandRoute({ command: 'TransferDeal', summary: 'Moves a deal to a stage of another pipeline.', body: bodies.TransferDealBody })
  transfer(@PathId() id: DealId, @Calling() call: Call, @Body(checked(bodies.TransferDealBody)) body: bodies.TransferDealBody): Answer {
    return this.gate.run(call, body, { type: 'TransferDeal', id, ...said(body) });
  }

  @Post('estimate-value')
  @CommandRoute({
    command: 'EstimateValue',
    summary: "What the deal is expected to bring; 'unknown' is never 0.",
    body: bodies.EstimateValueBody,
  })
  estimateValue(
    @PathId() id: DealId,
    @Calling() call: Call,
    @Body(checked(bodies.EstimateValueBody)) body: bodies.EstimateValueBody,
  ): Answer {
    return this.gate.run(call, body, { type: 'EstimateValue', id, value: moneyOrUnknownOf(body.value) });
  }

  @Post('expect-decision')
  @CommandRoute({
    command: 'ExpectDecision',
    summary: 'When the customer decides, and when the project starts (QL02).',
    body: bodies.ExpectDecisionBody,
  })
  expectDecision(
    @PathId() id: DealId,
    @Calling() call: Call,
    @Body(checked(bodies.ExpectDecisionBody)) body: bodies.ExpectDecisionBody,
  ): Answer {
    return this.gate.run(call, body, { type: 'ExpectDecision', id, ...said(body) });
  }

  @Post('assess-chance')
  @CommandRoute({
    command: 'AssessChance',
    summary: 'Two chances: that we get it (QL07), that it goes ahead at all (QL08).',
    body: bodies.AssessChanceBody,
  })
  assessChance(@PathId() id: DealId, @Calling() call: Call, @Body(checked(bodies.AssessChanceBody)) body: bodies.AssessChanceBody): Answer {
    return this.gate.run(call, body, { type: 'AssessChance', id, ...said(body) });
  }

  @Post('assign-owner')
  @CommandRoute({ command: 'AssignOwner', summary: 'Who is in charge of the deal from now on.', body: bodies.AssignOwnerBody })
  assignOwner(@PathId() id: DealId, @Calling() call: Call, @Body(checked(bodies.AssignOwnerBody)) body: bodies.AssignOwnerBody): Answer {
    return this.gate.run(call, body, { type: 'AssignOwner', id, ...said(body) });
  }

  @Post('identify-company')
  @CommandRoute({ command: 'IdentifyCompany', summary: 'Which firm the deal is with.', body: bodies.IdentifyCompanyBody })
  identifyCompany(
    @PathId() id: DealId,
    @Calling() call: Call,
    @Body(checked(bodies.IdentifyCompanyBody)) body: bodies.IdentifyCompanyBody,
  ): Answer {
    return this.gate.run(call, body, { type: 'IdentifyCompany', id, ...said(body) });
  }

  @Post('identify-product')
  @CommandRoute({ command: 'IdentifyProduct', summary: 'What the deal is about.', body: bodies.IdentifyProductBody })
  identifyProduct(
    @PathId() id: DealId,
    @Calling() call: Call,
    @Body(checked(bodies.IdentifyProductBody)) body: bodies.IdentifyProductBody,
  ): Answer {
    return this.gate.run(call, body, { type: 'IdentifyProduct', id, ...said(body) });
  }

  @Post('postpone')
  @CommandRoute({
    command: 'PostponeDeal',
    summary: 'Puts a deal aside until a day, or until somebody knows.',
    body: bodies.PostponeDealBody,
  })
  postpone(@PathId() id: DealId, @Calling() call: Call, @Body(checked(bodies.PostponeDealBody)) body: bodies.PostponeDealBody): Answer {
    return this.gate.run(call, body, { type: 'PostponeDeal', id, ...said(body) });
  }

  @Post('resume')
  @CommandRoute({ command: 'ResumeDeal', summary: 'Takes a postponed deal up again.', body: ReasonBody })
  resume(@PathId() id: DealId, @Calling() call: Call, @Body(checked(ReasonBody)) body: ReasonBody): Answer {
    return this.gate.run(call, body, { type: 'ResumeDeal', id, ...said(body) });
  }

  @Post('win')
  @CommandRoute({ command: 'WinDeal', summary: 'The customer ordered, and why (CL04).', body: bodies.WinDealBody })
  win(@PathId() id: DealId, @Calling() call: Call, @Body(checked(bodies.WinDealBody)) body: bodies.WinDealBody): Answer {
    const { value, ...rest } = said(body);
    return this.gate.run(call, body, { type: 'WinDeal', id, ...rest, ...(value === undefined ? {} : { value: moneyOrUnknownOf(value) }) });
  }

  @Post('lose')
  @CommandRoute({ command: 'LoseDeal', summary: 'The deal is lost, and why (CL04, RV07).', body: bodies.LoseDealBody })
  lose(@PathId() id: DealId, @Calling() call: Call, @Body(checked(bodies.LoseDealBody)) body: bodies.LoseDealBody): Answer {
    return this.gate.run(call, body, { type: 'LoseDeal', id, ...said(body) });
  }

  @Post('reopen')
  @CommandRoute({
    command: 'ReopenDeal',
    summary: 'A closed deal goes on; a closed request never does (RQ20).',
    body: bodies.ReopenDealBody,
  })
  reopen(@PathId() id: DealId, @Calling() call: Call, @Body(checked(bodies.ReopenDealBody)) body: bodies.ReopenDealBody): Answer {
    return this.gate.run(call, body, { type: 'ReopenDeal', id, ...said(body) });
  }

  @Post('correct-history')
  @CommandRoute({
    command: 'CorrectHistory',
    summary: 'Inserts, replaces or voids one event. What was recorded stays in the log; as known before the correction it still shows.',
    body: CorrectHistoryBody,
  })
  correctHistory(@PathId() id: DealId, @Calling() call: Call, @Body(checked(CorrectHistoryBody)) body: CorrectHistoryBody): Answer {
    return this.gate.run(call, undefined, { type: 'CorrectHistory', id, correction: correctionOf(body.correction), reason: body.reason });
  }
}
