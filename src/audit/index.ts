export { AuditModule } from './audit.module';
export { AuditFacade } from './audit.facade';
export type { EventRecord } from './event-record';
export type { PastState } from './state-as-of';
export type { Progress, VerificationReport } from './verification';
