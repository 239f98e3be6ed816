import { Module } from '@nestjs/common';
import { CardsFacade } from './cards.facade';
import { CardKeys } from './features/card-keys';
import { BlockCardHandler, CardStandingApi, ExpireCardHandler, FreezeCardHandler, UnblockCardHandler, VoidCardHandler } from './features/card-standing';
import { CardStreams } from './features/card-streams';
import {
  ConfirmDeductionHandler, DeductionRequests, DeductionRequestsApi, ExpireDeductionHandler, RequestDeductionHandler, WithdrawDeductionHandler,
} from './features/deduct-by-code';
import { DeductFundsApi, DeductFundsHandler } from './features/deduct-funds';
import {
  CardDelivery, CorrectBuyerHandler, CorrectRecipientHandler, DeliverCardApi, DeliverCardHandler, ReplaceCardHandler, SendGiftHandler,
} from './features/deliver-card';
import { CardSales, IssueCardApi, IssueCardHandler } from './features/issue-card';
import { CardFinder, LookUpCardApi } from './features/look-up-card';
import { MailBuyerHandler } from './features/mail-buyer';
import { MailGiftHandler } from './features/mail-gift';
import { Places } from './features/places';
import { PresentedCodes } from './features/presented-codes';
import { ReverseDeductionApi, ReverseDeductionHandler, Reversals } from './features/reverse-deduction';
import { SeeCardsApi } from './features/see-card';
import { TopUpCardApi, TopUpCardHandler } from './features/top-up-card';
import { LiveCardsFacade } from './live-cards.facade';

const handlers = [
  IssueCardHandler, DeductFundsHandler, TopUpCardHandler, ReverseDeductionHandler, RequestDeductionHandler, ConfirmDeductionHandler, WithdrawDeductionHandler,
  ExpireDeductionHandler, BlockCardHandler, UnblockCardHandler, FreezeCardHandler, VoidCardHandler, ExpireCardHandler, DeliverCardHandler, SendGiftHandler,
  ReplaceCardHandler, CorrectRecipientHandler, CorrectBuyerHandler, MailGiftHandler, MailBuyerHandler,
];

/** Issuing, delivering, topping up, deducting (also by the buyer's code), blocking, voiding; the balance. */
@Module({
  controllers: [LookUpCardApi, SeeCardsApi, IssueCardApi, DeductFundsApi, TopUpCardApi, ReverseDeductionApi, DeductionRequestsApi, CardStandingApi, DeliverCardApi],
  providers: [
    ...handlers,
    CardKeys, CardStreams, Places, PresentedCodes, CardFinder, CardSales, Reversals, DeductionRequests, CardDelivery,
    { provide: CardsFacade, useClass: LiveCardsFacade },
  ],
  exports: [CardsFacade],
})
export class CardsModule {}
