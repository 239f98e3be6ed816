/** The network module's door. */
export { NetworkModule } from './network.module';
export { NetworkFacade, type CardRules, type LocationSummary, type NetworkFigures, type NetworkSummary } from './network.facade';
export type { EmployeeFact } from './domain/employee';
export type { LocationFact } from './domain/location';
export type { NetworkFact } from './domain/network';
