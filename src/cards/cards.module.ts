import { Module } from '@nestjs/common';
import { CardsFacade } from './cards.facade';
import { CardAction } from './features/card-action';
import { CardCsv } from './features/card-csv';
import { CardHistory } from './features/card-history';
import { CardKeys } from './features/card-keys';
import { CardPage } from './features/card-page';
import { CardPrint } from './features/card-print';
import {
  BlockCardHandler,
  CardStandingApi,
  ExpireCardHandler,
  FreezeCardHandler,
  UnblockCardHandler,
  VoidCardHandler,
} from './features/card-standing';
import { CardStreams } from './features/card-streams';
import { CardWindowPage } from './features/card-window';
import { CardsAtCounter } from './features/cards-at-counter';
import { ChangeCardPages } from './features/change-card-pages';
import { CheckBalancePage } from './features/check-balance';
import {
  ConfirmDeductionHandler,
  DeductionRequests,
  DeductionRequestsApi,
  ExpireDeductionHandler,
  RequestDeductionHandler,
  WithdrawDeductionHandler,
} from './features/deduct-by-code';
import { DeductFundsApi, DeductFundsHandler } from './features/deduct-funds';
import { DeductFundsPage } from './features/deduct-page';
import { DeliverCardPages } from './features/deliver-card-pages';
import { FormContexts } from './features/form-contexts';
import { ImportPages } from './features/import-pages';
import { IssuedTicket } from './features/issued-ticket';
import {
  CardDelivery,
  CorrectBuyerHandler,
  CorrectRecipientHandler,
  DeliverCardApi,
  DeliverCardHandler,
  ReplaceCardHandler,
  SendGiftHandler,
} from './features/deliver-card';
import {
  CardImports,
  CardImportsApi,
  ConfirmCardImportHandler,
  DiscardCardImportHandler,
  UploadCardImportHandler,
} from './features/import-cards';
import { IssueCardImportChunkHandler } from './features/issue-import-chunk';
import { CardSales, IssueCardApi, IssueCardHandler } from './features/issue-card';
import { CardFinder, LookUpCardApi } from './features/look-up-card';
import { MailBuyerHandler } from './features/mail-buyer';
import { MailGiftHandler } from './features/mail-gift';
import { Places } from './features/places';
import { PresentedCodes } from './features/presented-codes';
import { RecipientPage } from './features/recipient-page';
import { ReverseDeductionApi, ReverseDeductionHandler, Reversals } from './features/reverse-deduction';
import { SeeCardsApi } from './features/see-card';
import { SellCardPage } from './features/sell-card';
import { ShownCodes } from './features/shown-codes';
import { StopPage } from './features/stop-page';
import { TopUpCardApi, TopUpCardHandler } from './features/top-up-card';
import { LiveCardsFacade } from './live-cards.facade';

const handlers = [
  IssueCardHandler,
  DeductFundsHandler,
  TopUpCardHandler,
  ReverseDeductionHandler,
  RequestDeductionHandler,
  ConfirmDeductionHandler,
  WithdrawDeductionHandler,
  ExpireDeductionHandler,
  BlockCardHandler,
  UnblockCardHandler,
  FreezeCardHandler,
  VoidCardHandler,
  ExpireCardHandler,
  DeliverCardHandler,
  SendGiftHandler,
  ReplaceCardHandler,
  CorrectRecipientHandler,
  CorrectBuyerHandler,
  MailGiftHandler,
  MailBuyerHandler,
  UploadCardImportHandler,
  ConfirmCardImportHandler,
  DiscardCardImportHandler,
  IssueCardImportChunkHandler,
];

/** Fixed addresses (`new`, `export.csv`) before the one that takes any id. */
const pages = [
  ImportPages,
  CardWindowPage,
  SellCardPage,
  ChangeCardPages,
  DeliverCardPages,
  DeductFundsPage,
  RecipientPage,
  StopPage,
  CheckBalancePage,
];

/** What the pages share. */
const forPages = [CardAction, CardCsv, CardHistory, CardPage, CardPrint, FormContexts, IssuedTicket, ShownCodes];

/** Issuing, delivering, topping up, deducting (also by the buyer's code), blocking, voiding; the balance. */
@Module({
  controllers: [
    ...pages,
    LookUpCardApi,
    SeeCardsApi,
    IssueCardApi,
    DeductFundsApi,
    TopUpCardApi,
    ReverseDeductionApi,
    DeductionRequestsApi,
    CardStandingApi,
    DeliverCardApi,
    CardImportsApi,
  ],
  providers: [
    ...handlers,
    ...forPages,
    CardKeys,
    CardStreams,
    Places,
    PresentedCodes,
    CardFinder,
    CardSales,
    CardsAtCounter,
    Reversals,
    DeductionRequests,
    CardDelivery,
    CardImports,
    { provide: CardsFacade, useClass: LiveCardsFacade },
  ],
  exports: [CardsFacade],
})
export class CardsModule {}
