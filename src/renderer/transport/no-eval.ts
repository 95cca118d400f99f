import { z } from 'zod';

/**
 * Imported before anything that makes a schema: zod tries `new Function` once when it makes one, and the page's
 * policy, which forbids eval, would report that as an attack.
 */
z.config({ jitless: true });
