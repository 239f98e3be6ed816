import { PaymentsFeed } from './features/payments-feed';
import { PosEventsApi } from './features/pos-events';
import { PosPaymentsApi } from './features/pos-payments-api';
import { PosPaymentSteps } from './features/pos-payment-steps';
import { PosReports } from './features/pos-reports';
import { PosSightings } from './features/pos-sightings';
import {
  AssignPosPaymentHandler,
  ReleasePosPaymentHandler,
  ReportPosPaymentHandler,
  UsePosPaymentHandler,
  VoidPosPaymentHandler,
} from './features/report-pos-payment';
import { ReverseVoidedPaymentHandler } from './features/reverse-voided-payment';
import { SquareHook } from './features/square-hook';
import { TillNotices } from './features/till-notices';

/** Payments that tills tell of: what they add to the module. */
export const pos = {
  controllers: [PosPaymentsApi, PosEventsApi, SquareHook],
  providers: [
    AssignPosPaymentHandler,
    ReleasePosPaymentHandler,
    ReportPosPaymentHandler,
    UsePosPaymentHandler,
    VoidPosPaymentHandler,
    ReverseVoidedPaymentHandler,
    PaymentsFeed,
    PosPaymentSteps,
    PosReports,
    PosSightings,
    TillNotices,
  ],
};
