import { type DynamicModule, Module } from '@nestjs/common';
import { TOPICS } from '@plimsoll/contracts';
import { StreamModule } from '@plimsoll/service-kit';
import type { PartitionHandler } from '@plimsoll/streaming';

import { AlertApiModule, type AlertApiOptions } from './api/alert-api.module.js';

/** Fusion behind the event log, and the interface to what it found. */
@Module({})
export class AlertServiceModule {
  static of(processor: PartitionHandler, api: AlertApiOptions): DynamicModule {
    const fusion = StreamModule.over(TOPICS.verdicts.name, processor);
    return { module: AlertServiceModule, imports: [fusion, AlertApiModule.register(api)] };
  }
}
