import type { ReactNode } from 'react';
import { Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover } from 'react-aria-components';
import { Check } from 'lucide-react';
import { IconButton } from '../ui/button.tsx';

export interface ChoiceSection {
  readonly label: string;
  readonly choices: readonly { readonly id: string; readonly label: string; readonly note?: string }[];
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
}

interface ChoiceMenuProps {
  label: string;
  icon: ReactNode;
  sections: readonly ChoiceSection[];
  onMenu: (isOpen: boolean) => void;
}

/** A menu with one choice in each of its sections. */
export function ChoiceMenu({ label, icon, sections, onMenu }: ChoiceMenuProps) {
  return (
    <MenuTrigger onOpenChange={onMenu}>
      <IconButton label={label} icon={icon} />
      <Popover className="menu-popover player-menu" placement="top end">
        <Menu className="menu" aria-label={label}>
          {sections.map((section) => (
            <MenuSection
              key={section.label}
              selectionMode="single"
              disallowEmptySelection
              selectedKeys={[section.chosen]}
              onSelectionChange={(keys) => {
                const [chosen] = keys === 'all' ? [] : keys;
                if (chosen !== undefined) section.onChoose(String(chosen));
              }}
            >
              <Header className="menu-header">{section.label}</Header>
              {section.choices.map((choice) => (
                <MenuItem
                  key={choice.id}
                  id={choice.id}
                  className="menu-item menu-choice"
                  textValue={choice.label}
                >
                  <Check aria-hidden className="menu-check" />
                  <span className="menu-label">{choice.label}</span>
                  {choice.note ? <span className="menu-note">{choice.note}</span> : null}
                </MenuItem>
              ))}
            </MenuSection>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
