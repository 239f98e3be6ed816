/** The network module's door. */
export { NetworkModule } from './network.module';
export {
  NetworkFacade,
  type CardRules,
  type ClerkRule,
  type DeviceSummary,
  type ListedLocations,
  type LocationSummary,
  type NetworkFigures,
  type NetworkSummary,
  type OfferedItem,
  type OfferedItems,
  type WebhookNotice,
} from './network.facade';
export { ClerksFacade } from './clerks.facade';
/** Where a caller is bound to one location. */
export { ownLocation, reachOf } from './features/own-location';
export { LocationChoices, type LocationField } from './features/location-choices';
export { tabsOf } from './features/location-tabs';
export {
  TillsFacade,
  type LocationTills,
  type SeenTender,
  type TenderRule,
  type Till,
  type TillKind,
  type TillOrder,
} from './tills.facade';
export { tenderMatch, type PosConnected, type PosDisconnected } from './domain/location-tender';
export type { EmployeeFact } from './domain/employee';
export type { LocationFact } from './domain/location';
export type { NetworkFact } from './domain/network';
/** For the command line, which founds networks where sign-up is closed. */
export { CreateNetworkWithOwner, slugOf } from './features/sign-up';
