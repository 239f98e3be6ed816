import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { roles, rolesWith } from '../../src/network/domain/roles';
import { registry } from '../../src/registry';
import { permissionTable } from './permission-table';

writeFileSync(join(__dirname, '../../docs/permissions.md'), permissionTable(rolesWith, roles, registry.messages.en));
