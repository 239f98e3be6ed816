import { unknownFact, type Aggregate, type Fact, type Instant } from '../../kernel/event-sourcing';
import { factNames } from '../../kernel/registration';
import { Rejection } from '../../kernel/rejection';

/**
 * Where a location, or the whole network, is told of redemptions and asked for its items (stream `webhookEndpoint-{endpointId}`). A
 * location and a network have one each at most; the id derives from the owner's, so that both are found from either.
 */
export type WebhookSet = Fact<
  'WebhookSet',
  {
    endpointId: string;
    /** Whose it is; absent: the whole network's. */
    locationId?: string;
    url: string;
    /** Whether the address also answers GET with the items on sale. */
    offersItems: boolean;
    secret: SealedSecret;
    at: Instant;
  }
>;
export type WebhookChanged = Fact<'WebhookChanged', { endpointId: string; url: string; offersItems: boolean; at: Instant }>;
/** Until `overlapUntil` everything is signed with both secrets, so that the receiver can change over without a gap. */
export type WebhookSecretRotated = Fact<
  'WebhookSecretRotated',
  { endpointId: string; secret: SealedSecret; overlapUntil: Instant; at: Instant }
>;
export type WebhookPaused = Fact<'WebhookPaused', { endpointId: string; at: Instant }>;
export type WebhookResumed = Fact<'WebhookResumed', { endpointId: string; at: Instant }>;
/** `gone`: it answered 410. `failing`: a delivery was given up, and none has arrived for days. */
export type WebhookDisabled = Fact<'WebhookDisabled', { endpointId: string; why: 'gone' | 'failing'; at: Instant }>;
export type WebhookRemoved = Fact<'WebhookRemoved', { endpointId: string; at: Instant }>;

export type WebhookEndpointFact =
  WebhookSet | WebhookChanged | WebhookSecretRotated | WebhookPaused | WebhookResumed | WebhookDisabled | WebhookRemoved;

export const webhookEndpointFacts = factNames<WebhookEndpointFact>()({
  WebhookSet: true,
  WebhookChanged: true,
  WebhookSecretRotated: true,
  WebhookPaused: true,
  WebhookResumed: true,
  WebhookDisabled: true,
  WebhookRemoved: true,
});

export interface SealedSecret {
  /** `whsec_…`, sealed under the vault and bound to the endpoint. */
  readonly sealed: string;
  /** Its last characters, to tell which one it is. */
  readonly hint: string;
}

export interface KnownEndpoint {
  /** `removed` can be set again, with a new secret. */
  readonly status: 'active' | 'paused' | 'disabled' | 'removed';
  readonly id: string;
  readonly locationId?: string;
  readonly url: string;
  readonly offersItems: boolean;
  readonly secret: SealedSecret;
  /** The secret before, while it still signs too. */
  readonly former?: SealedSecret & { readonly until: Instant };
  readonly why?: 'gone' | 'failing';
  readonly setAt: Instant;
}
export type WebhookEndpoint = { readonly status: 'unset' } | KnownEndpoint;

export const webhookEndpoint: Aggregate<WebhookEndpoint, WebhookEndpointFact> = {
  initial: { status: 'unset' },
  evolve(state, fact) {
    if (fact.type === 'WebhookSet') {
      const { endpointId, locationId, url, offersItems, secret, at } = fact.data;
      return { status: 'active', id: endpointId, locationId, url, offersItems, secret, setAt: at };
    }
    if (state.status === 'unset') throw new Error(`${fact.type} before WebhookSet`);
    switch (fact.type) {
      case 'WebhookChanged':
        return { ...state, url: fact.data.url, offersItems: fact.data.offersItems };
      case 'WebhookSecretRotated':
        return { ...state, secret: fact.data.secret, former: { ...state.secret, until: fact.data.overlapUntil } };
      case 'WebhookPaused':
        return { ...state, status: 'paused' };
      case 'WebhookResumed':
        return { ...state, status: 'active', why: undefined };
      case 'WebhookDisabled':
        return { ...state, status: 'disabled', why: fact.data.why };
      case 'WebhookRemoved':
        return { ...state, status: 'removed', former: undefined };
      default:
        return unknownFact(fact);
    }
  },
};

export interface SetWebhook {
  readonly endpointId: string;
  readonly locationId?: string;
  readonly url: string;
  readonly offersItems: boolean;
  /** Used where there is no secret yet. */
  readonly secret: SealedSecret;
  readonly at: Instant;
}

/** Sets it, or changes what is set: the secret then stays. Another address is a reason to try a disabled one again. */
export function setWebhook(state: WebhookEndpoint, command: SetWebhook): WebhookEndpointFact[] {
  const { endpointId, locationId, url, offersItems, secret, at } = command;
  if (state.status === 'unset' || state.status === 'removed') {
    const owner = locationId === undefined ? {} : { locationId };
    return [{ type: 'WebhookSet', data: { endpointId, ...owner, url, offersItems, secret, at } }];
  }
  if (state.url === url && state.offersItems === offersItems) return [];
  const changed: WebhookEndpointFact = { type: 'WebhookChanged', data: { endpointId, url, offersItems, at } };
  const again = state.status === 'disabled' && state.url !== url;
  return again ? [changed, { type: 'WebhookResumed', data: { endpointId, at } }] : [changed];
}

export interface RotateSecret {
  readonly secret: SealedSecret;
  readonly overlapUntil: Instant;
  readonly at: Instant;
}

export function rotateSecret(state: WebhookEndpoint, { secret, overlapUntil, at }: RotateSecret): WebhookEndpointFact[] {
  const { id: endpointId } = there(state);
  return [{ type: 'WebhookSecretRotated', data: { endpointId, secret, overlapUntil, at } }];
}

export function pauseWebhook(state: WebhookEndpoint, { at }: { at: Instant }): WebhookEndpointFact[] {
  const { id: endpointId, status } = there(state);
  return status === 'active' ? [{ type: 'WebhookPaused', data: { endpointId, at } }] : [];
}

export function resumeWebhook(state: WebhookEndpoint, { at }: { at: Instant }): WebhookEndpointFact[] {
  const { id: endpointId, status } = there(state);
  return status === 'active' ? [] : [{ type: 'WebhookResumed', data: { endpointId, at } }];
}

/** Only what works can stop working: one that is paused or gone is left as it is. */
export function disableWebhook(
  state: WebhookEndpoint,
  { why, at }: { why: WebhookDisabled['data']['why']; at: Instant },
): WebhookEndpointFact[] {
  return state.status === 'active' ? [{ type: 'WebhookDisabled', data: { endpointId: state.id, why, at } }] : [];
}

/** Removing what is gone changes nothing. */
export function removeWebhook(state: WebhookEndpoint, { at }: { at: Instant }): WebhookEndpointFact[] {
  if (state.status === 'unset' || state.status === 'removed') return [];
  return [{ type: 'WebhookRemoved', data: { endpointId: state.id, at } }];
}

/** One that is set, whatever state it is in. */
export const isThere = (state: WebhookEndpoint): state is KnownEndpoint => state.status !== 'unset' && state.status !== 'removed';

function there(state: WebhookEndpoint): KnownEndpoint {
  if (!isThere(state)) throw new Rejection('not-found');
  return state;
}
