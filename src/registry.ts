import { audit } from './audit/audit.registration';
import { cards } from './cards/cards.registration';
import { dashboard } from './dashboard/dashboard.registration';
import { network } from './network/network.registration';
import { platform } from './platform/platform.registration';
import { Registry } from './platform/registry';
import { redemption } from './redemption/redemption.registration';

/** Every module's entry. Plain: worker threads load this file too. */
export const registry = new Registry([platform, network, cards, redemption, audit, dashboard]);
