import { CatchUpTillHandler } from './features/catch-up-till';
import { CloverHook } from './features/clover-hook';
import { CloverNotices } from './features/clover-notices';
import { LivePaymentsPage } from './features/live-payments';
import { PaymentsFeed } from './features/payments-feed';
import { PosEventsApi } from './features/pos-events';
import { PosPaymentsApi } from './features/pos-payments-api';
import { PosPartnersPage } from './features/pos-partners';
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
import { PosTab } from './features/pos-tab';
import { PosVerbsApi } from './features/pos-verbs';
import { ReverseVoidedPaymentHandler } from './features/reverse-voided-payment';
import { SquareHook } from './features/square-hook';
import { TillList } from './features/till-list';
import { TillMakers } from './features/till-makers';
import { TillNotices } from './features/till-notices';
import { TillOrders } from './features/till-orders';
import { TillsPage } from './features/tills-page';

/** Payments that tills tell of: what they add to the module. */
export const pos = {
  controllers: [PosPartnersPage, PosVerbsApi, TillsPage, LivePaymentsPage, PosPaymentsApi, PosEventsApi, SquareHook, CloverHook],
  providers: [
    AssignPosPaymentHandler,
    ReleasePosPaymentHandler,
    ReportPosPaymentHandler,
    UsePosPaymentHandler,
    VoidPosPaymentHandler,
    ReverseVoidedPaymentHandler,
    CatchUpTillHandler,
    CloverNotices,
    TillList,
    TillMakers,
    TillOrders,
    PaymentsFeed,
    PosPaymentSteps,
    PosReports,
    PosSightings,
    PosTab,
    TillNotices,
  ],
};
