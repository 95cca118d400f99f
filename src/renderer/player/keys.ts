/** What a key means in the player, wherever the focus is (unless a control there needs the key itself). */
export type PlayerCommand =
  | 'toggle'
  | 'back-10'
  | 'on-10'
  | 'back-5'
  | 'on-5'
  | 'louder'
  | 'softer'
  | 'mute'
  | 'fullscreen'
  | 'captions'
  | 'statistics'
  | 'leave';

const commands: Record<string, PlayerCommand> = {
  ' ': 'toggle',
  k: 'toggle',
  j: 'back-10',
  l: 'on-10',
  ArrowLeft: 'back-5',
  ArrowRight: 'on-5',
  ArrowUp: 'louder',
  ArrowDown: 'softer',
  m: 'mute',
  f: 'fullscreen',
  c: 'captions',
  s: 'statistics',
  Escape: 'leave',
};

/** Keys that move or press a focused control. */
const controlKeys = new Set([' ', 'ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']);

interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly defaultPrevented: boolean;
}

/**
 * @param focused `control`: a button or slider has the focus; `overlay`: a menu or dialog, which has the
 *   keyboard to itself; `none`: nothing in particular
 */
export function commandOf(
  press: KeyPress,
  focused: 'none' | 'control' | 'overlay',
): PlayerCommand | undefined {
  if (press.ctrlKey || press.altKey || press.metaKey || press.defaultPrevented) return undefined;
  if (focused === 'overlay') return undefined;
  if (focused === 'control' && controlKeys.has(press.key)) return undefined;
  return commands[press.key.length === 1 ? press.key.toLowerCase() : press.key];
}

/** Which of these the element is in. */
export function focusKind(element: Element | null): 'none' | 'control' | 'overlay' {
  if (element?.closest('[role=menu], [role=dialog], [role=alertdialog]')) return 'overlay';
  return element?.closest('button, input, a') ? 'control' : 'none';
}
