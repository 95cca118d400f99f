/** Roving focus in rows of links. The DOM is the state: which link has tabindex 0. */

const linksOf = (row: Element) => [...row.querySelectorAll<HTMLElement>('a[href]')];

/** One link of the row can be reached by Tab: the given one, else the one that could, else the first. */
export function tabIndexes(row: Element, current?: Element): void {
  const links = linksOf(row);
  const chosen =
    links.find((link) => link === current) ??
    links.find((link) => link.tabIndex === 0 && link.hasAttribute('tabindex')) ??
    links[0];
  for (const link of links) link.tabIndex = link === chosen ? 0 : -1;
}

function focus(link: HTMLElement | undefined): boolean {
  if (!link) return false;
  link.focus({ preventScroll: true });
  link.scrollIntoView?.({ block: 'nearest', inline: 'nearest' });
  return true;
}

/** Arrow keys, Home and End; up and down go to the next row at the same place. True: the key was used. */
export function moveInRow(row: Element, from: HTMLElement, key: string): boolean {
  const links = linksOf(row);
  const at = links.indexOf(from);
  if (at < 0) return false;
  switch (key) {
    case 'ArrowRight':
      return focus(links[at + 1]);
    case 'ArrowLeft':
      return focus(links[at - 1]);
    case 'Home':
      return focus(links[0]);
    case 'End':
      return focus(links.at(-1));
    case 'ArrowDown':
    case 'ArrowUp': {
      const rows = [...document.querySelectorAll('.card-row-list')];
      const next = rows[rows.indexOf(row) + (key === 'ArrowDown' ? 1 : -1)];
      if (!next) return false;
      const there = linksOf(next);
      const left = from.getBoundingClientRect().left;
      const nearest = there.find((link) => link.getBoundingClientRect().left >= left - 20);
      return focus(nearest ?? there.at(-1));
    }
    default:
      return false;
  }
}
