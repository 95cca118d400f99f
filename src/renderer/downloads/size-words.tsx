import type { Size } from '../../shared/selection.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';

/** A size that says so when it is only an estimate. */
export function SizeWords({ size }: { size: Size }) {
  const text = useText();
  const format = useFormat();
  const words = format.size(size.bytes);
  return size.exact ? words : text('size.about', { size: words });
}
