/** The dashboard's door: nobody asks it anything. */
export { DashboardModule } from './dashboard.module';
