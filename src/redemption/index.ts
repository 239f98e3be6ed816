/** The redemption module's door. */
export { RedemptionModule } from './redemption.module';
