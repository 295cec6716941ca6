import { z } from 'zod';
import { configSchema } from './schema.ts';

/**
 * The configuration's JSON Schema, for editors; the package ships it as `config/truce.schema.json`.
 * Everything is optional in it, because every key has a default.
 */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
  return { ...schema, title: 'Truce configuration' };
}
