import { z } from 'zod';

// What the schemas of the result have in common.

export const digest = z.string();
export const date = z.string().meta({ description: 'YYYY-MM-DD' });
export const severity = z.enum(['Unknown', 'Negligible', 'Low', 'Medium', 'High', 'Critical']);
export const layerRef = z.string().nullable().meta({ description: 'diff ID of one of image.layers' });
export const strings = z.array(z.string());
