import type { CommandContext, Policy } from '../../kernel/event-sourcing';
import type { LocationClosed } from '../domain/location';
import type { WebhookDeliveryParked } from '../domain/webhook-delivery';
import type { WebhookDisabled, WebhookResumed } from '../domain/webhook-endpoint';

/** A delivery was parked for good: is its endpoint still worth calling? */
export class RetireWebhook {
  constructor(
    readonly context: CommandContext,
    readonly deliveryId: string,
    readonly why: 'gone' | 'failing',
  ) {}
}

/** Sends what was kept back while the endpoint was off. */
export class SendWhatWasKept {
  constructor(
    readonly context: CommandContext,
    readonly endpointId: string,
  ) {}
}

/** Ends what waits for a closed location's own endpoint. */
export class EndWebhookWork {
  constructor(
    readonly context: CommandContext,
    readonly locationId: string,
  ) {}
}

export class MailWebhookDisabled {
  constructor(
    readonly context: CommandContext,
    readonly endpointId: string,
    readonly eventId: string,
  ) {}
}

export const retireTheWebhook: Policy<WebhookDeliveryParked> = {
  name: 'retire-the-webhook-when-a-delivery-is-given-up',
  on: {
    WebhookDeliveryParked: ({ deliveryId, why }, cause) => {
      if (why === 'gone') return [new RetireWebhook(cause.context(), deliveryId, 'gone')];
      return why === 'given-up' ? [new RetireWebhook(cause.context(), deliveryId, 'failing')] : [];
    },
  },
};

export const sendWhatWasKept: Policy<WebhookResumed> = {
  name: 'send-what-was-kept-when-a-webhook-is-resumed',
  on: { WebhookResumed: ({ endpointId }, cause) => [new SendWhatWasKept(cause.context(), endpointId)] },
};

export const endWebhookWork: Policy<LocationClosed> = {
  name: 'end-webhook-work-when-a-location-is-closed',
  on: { LocationClosed: ({ locationId }, cause) => [new EndWebhookWork(cause.context(), locationId)] },
};

export const mailWhenAWebhookIsDisabled: Policy<WebhookDisabled> = {
  name: 'mail-when-a-webhook-is-disabled',
  on: { WebhookDisabled: ({ endpointId }, cause) => [new MailWebhookDisabled(cause.context(), endpointId, cause.metadata.eventId)] },
};
