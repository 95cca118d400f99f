/** Whether this window may show notifications of the system; `never`: it has none to show. */
export function mayNotify(): NotificationPermission | 'never' {
  return typeof Notification === 'undefined' ? 'never' : Notification.permission;
}
