import { CatchUpTillHandler } from './features/catch-up-till';
import { CloverHook } from './features/clover-hook';
import { CloverNotices } from './features/clover-notices';
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
import { TillMakers } from './features/till-makers';
import { TillNotices } from './features/till-notices';

/** Payments that tills tell of: what they add to the module. */
export const pos = {
  controllers: [PosPaymentsApi, PosEventsApi, SquareHook, CloverHook],
  providers: [
    AssignPosPaymentHandler,
    ReleasePosPaymentHandler,
    ReportPosPaymentHandler,
    UsePosPaymentHandler,
    VoidPosPaymentHandler,
    ReverseVoidedPaymentHandler,
    CatchUpTillHandler,
    CloverNotices,
    TillMakers,
    PaymentsFeed,
    PosPaymentSteps,
    PosReports,
    PosSightings,
    TillNotices,
  ],
};
