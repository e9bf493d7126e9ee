import { Controller, type DynamicModule, Inject, Module, UseFilters } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { TOPICS } from '@plimsoll/contracts';
import { EVENT_LOG, OriginalErrorFilter, PartitionContext } from '@plimsoll/service-kit';
import type { LogRecord, PartitionHandler } from '@plimsoll/streaming';

const PROCESSOR = Symbol('processor');

/** Batches of calls in, verdicts on their counts and rates out. */
@Controller()
@UseFilters(OriginalErrorFilter)
export class FrequencyDetectorController {
  readonly #processor: PartitionHandler;

  constructor(@Inject(PROCESSOR) processor: PartitionHandler) {
    this.#processor = processor;
  }

  @EventPattern<string>(TOPICS.syscalls.name, EVENT_LOG)
  judge(@Payload() records: readonly LogRecord[], @Ctx() { partition, batch }: PartitionContext): Promise<void> {
    return this.#processor.batch(partition, records, batch);
  }
}

@Module({})
export class FrequencyDetectorModule {
  static over(processor: PartitionHandler): DynamicModule {
    return {
      module: FrequencyDetectorModule,
      controllers: [FrequencyDetectorController],
      providers: [{ provide: PROCESSOR, useValue: processor }],
    };
  }
}
