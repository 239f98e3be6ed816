import { Module } from '@nestjs/common';
import { OverviewPage } from './features/overview';

/** The overview that asks the other modules; it remembers nothing itself. */
@Module({ controllers: [OverviewPage] })
export class DashboardModule {}
