import { Controller, type DynamicModule, Inject, Module, UseFilters } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { TOPICS } from '@plimsoll/contracts';
import { EVENT_LOG, OriginalErrorFilter, PartitionContext } from '@plimsoll/service-kit';
import type { LogRecord, PartitionHandler } from '@plimsoll/streaming';

const PROCESSOR = Symbol('processor');

/** Requests, statements and audit events in, verdicts on them out. */
@Controller()
@UseFilters(OriginalErrorFilter)
export class LogDetectorController {
  readonly #processor: PartitionHandler;

  constructor(@Inject(PROCESSOR) processor: PartitionHandler) {
    this.#processor = processor;
  }

  @EventPattern<string>(TOPICS.logs.name, EVENT_LOG)
  judge(@Payload() records: readonly LogRecord[], @Ctx() { partition, batch }: PartitionContext): Promise<void> {
    return this.#processor.batch(partition, records, batch);
  }
}

@Module({})
export class LogDetectorModule {
  static over(processor: PartitionHandler): DynamicModule {
    return {
      module: LogDetectorModule,
      controllers: [LogDetectorController],
      providers: [{ provide: PROCESSOR, useValue: processor }],
    };
  }
}
