import { Body, Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DoctorAnswer } from '../../operations/doctor-answer.js';
import { examine } from '../../operations/doctor.js';
import { loadDemo } from '../../operations/demo.js';
import { importInto } from '../../operations/import.js';
import type { LagAnswer, ParkedAnswer } from '../../operations/models.js';
import { lagOf, parkedOf, pause, rebuild, replayParked, resume } from '../../operations/models.js';
import type { ReadModels } from '../../../libs/projection-engine/read-models.js';
import type { Dealtrail } from '../../wiring/open-dealtrail.js';
import { callOf } from '../http/call.js';
import { checked } from '../http/checked.pipe.js';
import { Name, WholeNumber } from '../http/fields.js';
import { RequestProblem, problem } from '../http/problem.js';
import { DEALTRAIL } from '../parts.js';
import { receive } from './upload.js';
import { answerWork } from './work-answer.js';

class ModelBody {
  @Name({ optional: true, about: 'One read model; all of them where it is left out.', example: 'pipeline-snapshot' })
  model?: string;
}
class DemoBody {
  @WholeNumber({ least: 1, most: 1_000_000 }, { example: 2_000 })
  deals!: number;
  @WholeNumber({ least: 0, most: 999_999_999 }, { example: 7 })
  seed!: number;
}
class ReplayBody {
  @Name({ optional: true, example: 'pipeline-snapshot' })
  model?: string;
  @Name({ optional: true, example: 'deal-d-1042' })
  stream?: string;
}

const PARTS = {
  type: 'object',
  required: ['mapping'],
  properties: {
    mapping: { type: 'string', format: 'binary', description: 'The mapping file (YAML).' },
    files: {
      type: 'array',
      items: { type: 'string', format: 'binary' },
      description: 'The source files, each under the name that the mapping gives it.',
    },
    strict: { type: 'boolean' },
    asCorrections: { type: 'boolean' },
  },
};

/** What operators do, inside the process that owns the stores. */
@ApiTags('operations')
@Controller('v1')
export class OperationsController {
  constructor(@Inject(DEALTRAIL) private readonly dealtrail: Dealtrail) {}

  private get models(): ReadModels {
    const { models } = this.dealtrail;
    if (!models) throw new RequestProblem(problem(409, 'projections/elsewhere', 'this process keeps no read models'));
    return models;
  }

  @Post('imports')
  @HttpCode(200)
  @ApiConsumes('multipart/form-data')
  @ApiOperation({
    operationId: 'Import',
    summary:
      'Imports a sales history by a mapping file; answers when the read models show it. Accept: application/x-ndjson tells how far it is.',
  })
  @ApiBody({ schema: PARTS })
  async import(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    callOf(request, reply);
    const upload = await receive(request);
    try {
      await answerWork(request, reply, (onProgress, signal) => importInto(this.dealtrail, { ...upload, onProgress, signal }));
    } finally {
      await upload.remove();
    }
  }

  @Post('demo')
  @HttpCode(200)
  @ApiBody({ type: DemoBody })
  @ApiOperation({ operationId: 'Demo', summary: 'Tells the history of a demo company, recorded at the log’s own time.' })
  async demo(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Body(checked(DemoBody)) { deals, seed }: DemoBody,
  ): Promise<void> {
    await answerWork(request, reply, (onProgress, signal) => loadDemo(this.dealtrail, { deals, seed, onProgress, signal }));
  }

  @Get('operations/lag')
  @ApiOperation({ operationId: 'Lag', summary: 'How far each read model is behind the log, in events and in seconds.' })
  lag(): Promise<LagAnswer> {
    return lagOf(this.models);
  }

  @Get('operations/doctor')
  @ApiOperation({
    operationId: 'Doctor',
    summary: 'What this process is and stands on, how far everything has come, and what is wrong with its cure. No secrets.',
  })
  doctor(): Promise<DoctorAnswer> {
    return examine(this.dealtrail);
  }

  @Get('operations/parked')
  @ApiOperation({ operationId: 'Parked', summary: 'Streams held back because an event of them could not be projected, with the error.' })
  parked(): Promise<ParkedAnswer> {
    return parkedOf(this.models);
  }

  @Post('operations/parked/replay')
  @HttpCode(200)
  @ApiBody({ type: ReplayBody })
  @ApiOperation({ operationId: 'ReplayParked', summary: 'Tries parked streams again: all, or those of one model or one stream.' })
  replay(@Body(checked(ReplayBody)) { model, stream }: ReplayBody): Promise<ParkedAnswer> {
    return replayParked(this.models, { ...(model === undefined ? {} : { model }), ...(stream === undefined ? {} : { stream }) });
  }

  @Post('operations/pause')
  @HttpCode(200)
  @ApiBody({ type: ModelBody })
  @ApiOperation({ operationId: 'Pause', summary: 'Holds read models at their position, over a restart too, until they are resumed.' })
  pause(@Body(checked(ModelBody)) { model }: ModelBody): Promise<LagAnswer> {
    return pause(this.models, model);
  }

  @Post('operations/resume')
  @HttpCode(200)
  @ApiBody({ type: ModelBody })
  @ApiOperation({ operationId: 'Resume', summary: 'Lets read models go on; one that stopped at an event tries it again.' })
  resume(@Body(checked(ModelBody)) { model }: ModelBody): Promise<LagAnswer> {
    return resume(this.models, model);
  }

  @Post('operations/rebuild')
  @HttpCode(200)
  @ApiBody({ type: ModelBody })
  @ApiOperation({
    operationId: 'Rebuild',
    summary: 'Makes read models anew from the log beside those in use, and switches when each is done.',
  })
  async rebuild(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Body(checked(ModelBody)) { model }: ModelBody): Promise<void> {
    await answerWork(request, reply, () => rebuild(this.models, model));
  }
}
