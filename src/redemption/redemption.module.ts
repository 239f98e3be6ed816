import { Module } from '@nestjs/common';
import { CardsModule } from '../cards';
import { FinishRedemptionHandler, RedeemHandler, RedemptionChecks, RedemptionCourse } from './features/redeem';
import { RedeemApi } from './features/redeem-api';
import { RedemptionStreams } from './features/redemption-streams';
import { RedemptionsApi } from './features/redemptions-api';
import { FollowReversalHandler, ReverseRedemptionHandler } from './features/reverse-redemption';
import { pos } from './pos.module';

const handlers = [RedeemHandler, FinishRedemptionHandler, ReverseRedemptionHandler, FollowReversalHandler];

/** The card at the counter: the redemption screen, POS payments, items chosen, notices. */
@Module({
  imports: [CardsModule],
  controllers: [RedeemApi, RedemptionsApi, ...pos.controllers],
  providers: [...handlers, RedemptionStreams, RedemptionChecks, RedemptionCourse, ...pos.providers],
})
export class RedemptionModule {}
