import { Module } from '@nestjs/common';
import { CardsModule } from '../cards';
import { OverviewPage } from './features/overview';

/** The overview that asks the other modules; it remembers nothing itself. */
@Module({ imports: [CardsModule], controllers: [OverviewPage] })
export class DashboardModule {}
