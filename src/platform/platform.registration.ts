import { factNames, type Registration } from '../kernel/registration';
import { claim, type ClaimFact } from './event-store/claims';
import { finishWhatWasBegun, person, type PersonFact } from './security/person';
import { messages } from './web/messages';
import { rejections } from './web/rejections';

/** What the platform itself enters in the registry: its sentences and the API access log's page. */
export const platform: Registration = {
  module: 'platform',
  aggregates: [
    { category: 'claim', aggregate: claim, facts: factNames<ClaimFact>()({ Claimed: true, ClaimReleased: true }) },
    { category: 'person', aggregate: person, facts: factNames<PersonFact>()({ PersonErasureBegun: true, PersonErased: true }) },
  ],
  projections: [],
  policies: [finishWhatWasBegun],
  wakeUps: [],
  upcasts: {},
  personal: {},
  permissions: ['api-requests.view', 'mailbox.view'],
  pages: [{ path: 'api-requests', label: 'api-requests.navigation', icon: 'log', permission: 'api-requests.view', order: 80 }],
  rejections,
  messages,
};
