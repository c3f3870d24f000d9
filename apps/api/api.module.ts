import type { DynamicModule } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { HealthController } from './health/health.controller.js';
import type { Readiness } from './health/readiness.js';
import { READINESS } from './health/readiness.js';

export interface ApiParts {
  readonly readiness: Readiness;
}

@Module({})
export class ApiModule {
  static of(parts: ApiParts): DynamicModule {
    return {
      module: ApiModule,
      imports: [CqrsModule.forRoot()],
      controllers: [HealthController],
      providers: [{ provide: READINESS, useValue: parts.readiness }],
    };
  }
}
