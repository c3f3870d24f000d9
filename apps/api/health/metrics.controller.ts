import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Metrics } from '../../../libs/observability/metrics.js';
import { METRICS } from '../parts.js';

@ApiTags('health')
@Controller('metrics')
export class MetricsController {
  constructor(@Inject(METRICS) private readonly metrics: Metrics) {}

  @Get()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiProduces('text/plain')
  @ApiOperation({ operationId: 'Metrics', summary: 'Counts, durations and lags of this process, as Prometheus reads them.' })
  read(): Promise<string> {
    return this.metrics.text();
  }
}
