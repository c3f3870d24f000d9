import { Controller, Get, Req } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { RIGHTS } from '../../../libs/access/rights.js';
import { isoInstant } from '../../../libs/domain/shared/instant.js';
import { callerOf } from './caller.js';

class CallerAnswer {
  @ApiProperty({ description: 'Who stands in the log as the actor of what this caller does.', example: 'E17' })
  actor!: string;
  @ApiProperty({ enum: RIGHTS, isArray: true })
  rights!: string[];
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When the token ends; null: never.' })
  expiresAt!: string | null;
}

@ApiTags('access')
@Controller('v1/caller')
export class CallerController {
  @Get()
  @ApiOperation({ operationId: 'ShowCaller', summary: 'Whom the token stands for, and with which rights.' })
  @ApiResponse({ status: 200, type: CallerAnswer })
  show(@Req() request: FastifyRequest): CallerAnswer {
    const { actor, rights, expiresAt } = callerOf(request);
    return {
      actor: actor.id,
      rights: RIGHTS.filter((right) => rights.has(right)),
      expiresAt: expiresAt === null ? null : isoInstant(expiresAt),
    };
  }
}
