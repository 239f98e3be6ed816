/** The redemption module's door. */
export { RedemptionModule } from './redemption.module';
export type { RedemptionFact } from './domain/redemption';
