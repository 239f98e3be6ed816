import { Module } from '@nestjs/common';
import { CardsModule } from '../cards';
import { FinishRedemptionHandler, RedeemHandler, RedemptionChecks, RedemptionCourse } from './features/redeem';
import { AppFiles } from './features/app-files';
import { CardScreen } from './features/card-screen';
import { ClerkNames } from './features/clerk-names';
import { Clerks } from './features/clerks';
import { Counter } from './features/counter';
import { Decoder } from './features/decoder';
import { DeviceCardPage } from './features/device-card';
import { DeviceHomePage } from './features/device-home';
import { DeviceReceiptPage } from './features/device-receipt';
import { DeviceTodayPage } from './features/device-today';
import { ItemChoice } from './features/item-choice';
import { ItemOrders } from './features/ordered-items';
import { Tickets } from './features/tickets';
import { RedemptionCsv } from './features/redemption-csv';
import { RedemptionPage } from './features/redemption-page';
import { RedemptionPages } from './features/redemption-pages';
import { MailItemsHandler, NotifyOfRedemptionHandler } from './features/tell-of-redemptions';
import { RedeemApi } from './features/redeem-api';
import { RedemptionStreams } from './features/redemption-streams';
import { RedemptionsApi } from './features/redemptions-api';
import { FollowReversalHandler, ReverseRedemptionHandler } from './features/reverse-redemption';
import { pos } from './pos.module';

const handlers = [
  RedeemHandler,
  FinishRedemptionHandler,
  ReverseRedemptionHandler,
  FollowReversalHandler,
  MailItemsHandler,
  NotifyOfRedemptionHandler,
];

const screens = [AppFiles, DeviceHomePage, DeviceTodayPage, DeviceReceiptPage, DeviceCardPage];

/** The card at the counter: the redemption screen, POS payments, items chosen, notices. */
@Module({
  imports: [CardsModule],
  controllers: [...screens, RedemptionPages, RedemptionPage, RedeemApi, RedemptionsApi, ...pos.controllers],
  providers: [
    ...handlers,
    Counter,
    RedemptionCsv,
    Decoder,
    Tickets,
    CardScreen,
    ItemChoice,
    ItemOrders,
    ClerkNames,
    Clerks,
    RedemptionStreams,
    RedemptionChecks,
    RedemptionCourse,
    ...pos.providers,
  ],
})
export class RedemptionModule {}
