import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { permissionsOf, roles, rolesWith } from '../../src/network/domain/roles';
import { registry } from '../../src/registry';
import { permissionTable } from './permission-table';

/** In the spec and on its way: what modules to come will register, so that roles need no change of meaning then. */
const toCome: readonly string[] = [];

describe('Permissions', () => {
  it('are each registered once', () => expect(registry.permissions).toHaveLength(new Set(registry.permissions).size));

  it('are each held by a role', () => {
    expect(registry.permissions.filter((permission) => !(permission in rolesWith))).toEqual([]);
  });

  it('are each registered by a module, or named here as still to come', () => {
    expect(
      Object.keys(rolesWith).filter((permission) => !registry.permissions.includes(permission) && !toCome.includes(permission)),
    ).toEqual([]);
  });

  it('each have a sentence for the page of API keys, in both languages', () => {
    const missing = Object.keys(rolesWith).filter((permission) => !(`network.permission.${permission}` in registry.messages.en));
    expect(missing).toEqual([]);
  });

  it('are all an owner’s', () => expect([...permissionsOf(['owner'])].sort()).toEqual(Object.keys(rolesWith).sort()));

  it('are a manager’s when any role but the owner’s has them: a manager hands out every other role', () => {
    const others = permissionsOf(roles.filter((role) => role !== 'owner' && role !== 'manager'));
    expect([...permissionsOf(['manager'])]).toEqual(expect.arrayContaining([...others]));
  });

  it.each(['owner', 'manager', 'employee', 'finance', 'auditor'] as const)('leave the Gift Cards window to the role %s', (role) => {
    expect([...permissionsOf([role])]).toEqual(expect.arrayContaining(['cards.view', 'cards.deduct']));
  });

  it('leave location staff what concerns a location of their own, and nothing else', () =>
    expect([...permissionsOf(['location-staff'])].sort()).toEqual([
      'clerks.manage',
      'devices.manage',
      'items.manage',
      'locations.view',
      'redemptions.view',
      'webhooks.manage',
    ]));

  it('add up over roles', () => {
    const both = permissionsOf(['employee', 'auditor']);
    expect(both.has('cards.issue') && both.has('audit.view')).toBe(true);
    expect(both.has('settings.manage')).toBe(false);
  });

  it('stand in docs/permissions.md as they are', () => {
    expect(readFileSync(join(__dirname, '../../docs/permissions.md'), 'utf8')).toBe(
      permissionTable(rolesWith, roles, registry.messages.en),
    );
  });
});
