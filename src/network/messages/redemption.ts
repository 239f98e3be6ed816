import type { Messages } from '../../kernel/registration';

/** What a network settles about redemptions. */
export const redemption: Messages = {
  en: {
    'network.settings.redemption': 'Redemption',
    'network.settings.notices': 'Tell these addresses of redeemed items',
    'network.settings.notices-hint': 'One a line. They get a mail at every redemption of items, with what was chosen.',
    'network.settings.clerk': 'At the counter, ask for',
    'network.clerk.none': 'Nobody’s name',
    'network.settings.clerk-hint': 'It is shown on receipts and lists. PINs are set on each location’s page, under Clerks.',
    'network.clerk.name': 'The clerk’s name',
    'network.clerk.pin': 'The clerk’s PIN',
    'network.field.notice-emails-wrong': 'Enter e-mail addresses, one a line, such as orders@example.com.',
  },
  fr: {
    'network.settings.redemption': 'Échange',
    'network.settings.notices': 'Aviser ces adresses des articles échangés',
    'network.settings.notices-hint': 'Une par ligne. Elles reçoivent un courriel à chaque échange d’articles, avec ce qui a été choisi.',
    'network.settings.clerk': 'Au comptoir, demander',
    'network.clerk.none': 'Aucun nom',
    'network.settings.clerk-hint':
      'Il figure sur les reçus et les listes. Les NIP se définissent à la page de chaque commerce, sous Commis.',
    'network.clerk.name': 'Le nom du commis',
    'network.clerk.pin': 'Le NIP du commis',
    'network.field.notice-emails-wrong': 'Entrez des adresses courriel, une par ligne, comme commandes@example.com.',
  },
};
