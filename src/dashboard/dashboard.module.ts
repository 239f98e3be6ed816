import { Module } from '@nestjs/common';
import { CardsModule } from '../cards';
import { OverviewPage } from './features/overview';
import { ParkedDesk } from './features/parked-desk';
import { ParkedWorkPage } from './features/parked-work';
import { ParkedWorkApi } from './features/parked-work-api';

/** The overview that asks the other modules, and what is done about what it shows; it remembers nothing itself. */
@Module({ imports: [CardsModule], controllers: [OverviewPage, ParkedWorkPage, ParkedWorkApi], providers: [ParkedDesk] })
export class DashboardModule {}
