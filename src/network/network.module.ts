import { Global, Module } from '@nestjs/common';
import { Identities } from '../platform/security/identities';
import { PageNetworks } from '../platform/web/page';
import { LiveIdentities } from './live-identities';
import { LiveNetworkFacade } from './live-network.facade';
import { NetworkFacade } from './network.facade';

/** Accounts, people and what they may do, locations, API keys. Global, because the guard and every page ask who somebody is. */
@Global()
@Module({
  providers: [
    { provide: NetworkFacade, useClass: LiveNetworkFacade },
    { provide: PageNetworks, useExisting: NetworkFacade },
    { provide: Identities, useClass: LiveIdentities },
  ],
  exports: [NetworkFacade, PageNetworks, Identities],
})
export class NetworkModule {}
