import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../access/caller.js';
import { READINESS } from '../parts.js';
import type { Readiness } from '../../wiring/watch-port.js';

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(@Inject(READINESS) private readonly readiness: Readiness) {}

  @Get('live')
  @ApiOperation({ operationId: 'Live', summary: 'The process answers.' })
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  /** 503 with what is missing: a load balancer reads the status, people the body. */
  @Get('ready')
  @ApiOperation({ operationId: 'Ready', summary: 'Stores can be read and written, and projections are running.' })
  async ready(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const checks = await this.readiness.check();
    const ready = checks.every(({ ok }) => ok);
    if (!ready) void reply.code(503).header('retry-after', '1');
    // Everybody may know what fails; paths, addresses and positions are for who operates this.
    const inFull = callerOf(request).rights.has('operate');
    return { status: ready ? 'ready' : 'not ready', checks: inFull ? checks : checks.map(({ name, ok }) => ({ name, ok })) };
  }
}
