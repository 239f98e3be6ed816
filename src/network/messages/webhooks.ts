import type { Messages } from '../../kernel/registration';

/** Webhooks and their deliveries. */
export const webhooks: Messages = {
  en: {
    'network.mail.webhook-disabled.subject': 'Your webhook is switched off',
    'network.mail.webhook-disabled.title': 'Your webhook is switched off',
    'network.mail.webhook-disabled.gone': '{host} told us that it is gone (HTTP 410), so notices for {owner} are no longer sent there.',
    'network.mail.webhook-disabled.failing': '{host} has not taken any notice for days, so notices for {owner} are no longer sent there.',
    'network.mail.webhook-disabled.what-now':
      'New notices are kept. Switch the webhook on again, or give it another address, and those of the last three days are sent.',
    'network.mail.webhook-disabled.button': 'See the webhook',
  },
  fr: {
    'network.mail.webhook-disabled.subject': 'Votre webhook est désactivé',
    'network.mail.webhook-disabled.title': 'Votre webhook est désactivé',
    'network.mail.webhook-disabled.gone': '{host} a répondu ne plus exister (HTTP 410). Les avis de {owner} n’y sont donc plus envoyés.',
    'network.mail.webhook-disabled.failing':
      '{host} n’a accepté aucun avis depuis des jours. Les avis de {owner} n’y sont donc plus envoyés.',
    'network.mail.webhook-disabled.what-now':
      'Les nouveaux avis sont conservés. Réactivez le webhook ou donnez-lui une autre adresse : ceux des trois derniers jours partiront.',
    'network.mail.webhook-disabled.button': 'Voir le webhook',
  },
};
