import { type DynamicModule, Module } from '@nestjs/common';
import { AuditModule } from './audit';
import { CardsModule } from './cards';
import { DashboardModule } from './dashboard';
import { NetworkModule } from './network';
import { type Clock } from './platform/clock';
import type { Config } from './platform/config';
import { PlatformModule } from './platform/platform.module';
import { SecurityModule } from './platform/security/security.module';
import { compiled } from './platform/workers';
import { RedemptionModule } from './redemption';
import { registry } from './registry';

export interface AppOptions {
  /** Default: the system's. */
  readonly clock?: Clock;
  /** False for an operator's command beside no server: nothing is mailed, nothing is woken. Default true. */
  readonly reacts?: boolean;
}

const registryFile = compiled(__dirname, 'registry.js');
const modules = [SecurityModule, NetworkModule, CardsModule, RedemptionModule, AuditModule, DashboardModule];

/** The whole product: the platform and the modules on it. */
@Module({})
export class AppModule {
  static with(config: Config, { clock, reacts }: AppOptions = {}): DynamicModule {
    return {
      module: AppModule,
      imports: [PlatformModule.with({ config, registry, registryFile, clock, reacts }), ...modules],
    };
  }
}
