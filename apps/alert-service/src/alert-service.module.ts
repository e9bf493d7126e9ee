import { type DynamicModule, Module } from '@nestjs/common';
import type { PartitionHandler } from '@plimsoll/streaming';

import { AlertApiModule, type AlertApiOptions } from './api/alert-api.module.js';
import { FusionModule } from './fusion.module.js';

/** Fusion behind the event log, and the interface to what it found. */
@Module({})
export class AlertServiceModule {
  static of(processor: PartitionHandler, api: AlertApiOptions): DynamicModule {
    return { module: AlertServiceModule, imports: [FusionModule.over(processor), AlertApiModule.register(api)] };
  }
}
