import type { DynamicModule } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { CallerController } from './access/caller.controller.js';
import { CampaignsController } from './commands/campaigns.controller.js';
import { CommandGate } from './commands/command-gate.js';
import { CompaniesController } from './commands/companies.controller.js';
import { ContactsController } from './commands/contacts.controller.js';
import { DealsController } from './commands/deals.controller.js';
import { EmployeesController } from './commands/employees.controller.js';
import { ExecuteCommandHandler, RegisterIntakeHandler } from './commands/execute-command.js';
import { ForecastsController } from './commands/forecasts.controller.js';
import { PipelinesController } from './commands/pipelines.controller.js';
import { ProductsController } from './commands/products.controller.js';
import { QuotasController } from './commands/quotas.controller.js';
import { RatesController } from './commands/rates.controller.js';
import { RequestsController } from './commands/requests.controller.js';
import { EventsController } from './events/events.controller.js';
import { HealthController } from './health/health.controller.js';
import { MetricsController } from './health/metrics.controller.js';
import { OperationsController } from './operations/operations.controller.js';
import type { ApiParts } from './parts.js';
import { ANSWERS, COMMAND_HANDLING, DEALTRAIL, EVENT_STORE, FEED_OPTIONS, KEY_STORE, LOG, METRICS, READINESS } from './parts.js';
import { AskQuestionHandler } from './queries/ask-question.js';
import { questionControllers } from './queries/question.controllers.js';

@Module({})
export class ApiModule {
  static of({ dealtrail, readiness, feed, log, metrics }: ApiParts): DynamicModule {
    return {
      module: ApiModule,
      imports: [CqrsModule.forRoot()],
      controllers: [
        RequestsController,
        DealsController,
        PipelinesController,
        CompaniesController,
        ContactsController,
        EmployeesController,
        ProductsController,
        CampaignsController,
        QuotasController,
        ForecastsController,
        RatesController,
        ...questionControllers,
        EventsController,
        OperationsController,
        HealthController,
        MetricsController,
        CallerController,
      ],
      providers: [
        CommandGate,
        ExecuteCommandHandler,
        RegisterIntakeHandler,
        AskQuestionHandler,
        { provide: DEALTRAIL, useValue: dealtrail },
        { provide: COMMAND_HANDLING, useValue: dealtrail.commands },
        { provide: ANSWERS, useValue: dealtrail.answersByZone },
        { provide: EVENT_STORE, useValue: dealtrail.eventStore },
        { provide: KEY_STORE, useValue: dealtrail.keyStore },
        { provide: READINESS, useValue: readiness },
        { provide: FEED_OPTIONS, useValue: feed },
        { provide: LOG, useValue: log },
        { provide: METRICS, useValue: metrics },
      ],
    };
  }
}
