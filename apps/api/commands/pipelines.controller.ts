import { Body, Controller, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { PipelineId } from '../../../libs/domain/shared/ids.js';
import type { Call } from '../http/call.js';
import { Calling } from '../http/call.js';
import { checked } from '../http/checked.pipe.js';
import { PathId } from '../http/path-id.js';
import { DefinePipelineBody, RevisePipelineBody, definedProcess, processOf } from './bodies/pipeline.bodies.js';
import type { CommandAnswer } from './command-answer.js';
import { CommandGate } from './command-gate.js';
import { CommandRoute } from './command-route.js';
import { newStreamId } from './new-stream-id.js';

type Answer = Promise<CommandAnswer>;

@ApiTags('pipelines')
@Controller('v1/pipelines')
export class PipelinesController {
  constructor(@Inject(CommandGate) private readonly gate: CommandGate) {}

  @Post()
  @CommandRoute({
    command: 'DefinePipeline',
    summary: 'Version 1 of a process, of a template or of one’s own; from the beginning of time unless dated.',
    body: DefinePipelineBody,
    creates: true,
  })
  define(@Calling() call: Call, @Body(checked(DefinePipelineBody)) body: DefinePipelineBody): Answer {
    const id = body.id ?? (newStreamId(call, 'DefinePipeline') as PipelineId);
    return this.gate.run(call, body, { type: 'DefinePipeline', id, process: definedProcess(body) });
  }

  @Post(':id/revise')
  @CommandRoute({
    command: 'RevisePipeline',
    summary: 'The next version, in force from effectiveAt, which may lie ahead (CF03).',
    body: RevisePipelineBody,
  })
  revise(@PathId() id: PipelineId, @Calling() call: Call, @Body(checked(RevisePipelineBody)) body: RevisePipelineBody): Answer {
    return this.gate.run(call, body, { type: 'RevisePipeline', id, process: processOf(body.process) });
  }
}
