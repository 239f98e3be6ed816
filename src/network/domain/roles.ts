/** Named sets of permissions. Location staff are a business's own people: they act at one location and see nothing of the network's. */
export const roles = ['owner', 'manager', 'employee', 'finance', 'auditor', 'location-staff'] as const;
export type Role = (typeof roles)[number];

const everybodyOfTheCompany: readonly Role[] = ['owner', 'manager', 'employee', 'finance', 'auditor'];
const counter: readonly Role[] = ['owner', 'manager', 'employee'];
const office: readonly Role[] = ['owner', 'manager'];

/**
 * Permission → the roles that hold it: the one table that docs/permissions.md is made from. A permission that a module registers
 * and this table lacks is held by nobody, and a test says so. The Gift Cards window is every employee's: no role takes it away.
 */
export const rolesWith = {
  'cards.view': everybodyOfTheCompany,
  'cards.deduct': everybodyOfTheCompany,
  'cards.issue': counter,
  'cards.top-up': counter,
  'cards.replace': counter,
  'cards.resend': counter,
  'cards.correct-recipient': counter,
  'cards.block': office,
  'cards.void': office,
  'cards.correct-buyer': office,
  'cards.deduct-directly': office,
  'cards.reverse': office,
  'cards.import': office,
  'customers.manage': office,
  'locations.manage': office,
  'locations.view': [...office, 'finance', 'auditor', 'location-staff'],
  'devices.manage': [...office, 'location-staff'],
  'items.manage': [...office, 'location-staff'],
  'clerks.manage': [...office, 'location-staff'],
  'webhooks.manage': [...office, 'location-staff'],
  'redemptions.view': [...office, 'finance', 'auditor', 'location-staff'],
  'redemptions.redeem': office,
  'redemptions.reverse': office,
  'pos-payments.report': office,
  'pos.manage': office,
  'employees.manage': office,
  'settings.manage': office,
  'api-keys.manage': office,
  'api-requests.view': ['owner', 'manager', 'auditor'],
  'alerts.acknowledge': office,
  'processes.manage': office,
  'audit.view': ['owner', 'manager', 'finance', 'auditor'],
  'personal-data.erase': ['owner'],
  'mailbox.view': ['owner'],
} as const satisfies Record<string, readonly Role[]>;

const permissionsByRole: ReadonlyMap<Role, readonly string[]> = new Map(
  roles.map((role) => [
    role,
    Object.entries(rolesWith).flatMap(([permission, holders]) => ((holders as readonly Role[]).includes(role) ? [permission] : [])),
  ]),
);

/** What somebody with these roles may do. */
export const permissionsOf = (held: readonly Role[]): ReadonlySet<string> =>
  new Set(held.flatMap((role) => permissionsByRole.get(role) ?? []));

export const isRole = (word: string): word is Role => (roles as readonly string[]).includes(word);
