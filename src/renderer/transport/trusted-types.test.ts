import { expect, it } from 'vitest';
import { trustEmptyHtml } from './trusted-types.ts';

it('lets the empty text pass as HTML, and nothing else', () => {
  const made: { name: string; createHTML(text: string): string | null }[] = [];
  trustEmptyHtml({ createPolicy: (name, rules) => made.push({ name, ...rules }) });
  expect(made.map(({ name }) => name)).toEqual(['default']);
  expect(made[0]?.createHTML('')).toBe('');
  for (const text of [' ', '<b>', '<img src=x onerror=alert(1)>', 'text'])
    expect(made[0]?.createHTML(text)).toBeNull();
});

it('does nothing where a browser has no trusted types', () => {
  expect(() => trustEmptyHtml(undefined)).not.toThrow();
});
