import { PaymentsFeed } from './features/payments-feed';
import { PosEventsApi } from './features/pos-events';
import { PosPaymentsApi } from './features/pos-payments-api';
import { PosReports } from './features/pos-reports';
import { PosSightings } from './features/pos-sightings';
import {
  AssignPosPaymentHandler,
  ReleasePosPaymentHandler,
  ReportPosPaymentHandler,
  UsePosPaymentHandler,
  VoidPosPaymentHandler,
} from './features/report-pos-payment';
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
    PaymentsFeed,
    PosReports,
    PosSightings,
    TillNotices,
  ],
};
