import { Module } from '@nestjs/common';
import { CardsModule } from '../cards';

/** The card at the counter: the redemption screen, POS payments, items chosen, notices. */
@Module({ imports: [CardsModule], controllers: [], providers: [] })
export class RedemptionModule {}
