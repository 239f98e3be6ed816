import { applyDecorators } from '@nestjs/common';
import { IsArray, IsIn } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { roles } from '../domain/roles';

/** One or more roles; in a form, checkboxes of one name. */
export const Roles = (): PropertyDecorator =>
  applyDecorators(
    IsArray(),
    IsIn([...roles], { each: true }),
    JSONSchema({ type: 'array', minItems: 1, maxItems: 6, uniqueItems: true, 'x-message': 'choice' }),
  );
