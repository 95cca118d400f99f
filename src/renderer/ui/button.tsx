import type { ReactNode } from 'react';
import { Button as AriaButton, ToggleButton } from 'react-aria-components';
import type { ButtonProps as AriaButtonProps } from 'react-aria-components';
import './button.css';

interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'style' | 'children'> {
  /** `primary`: the one thing this screen is for. `quiet`: no frame until it is needed. */
  look?: 'primary' | 'plain' | 'quiet' | 'danger';
  icon?: ReactNode;
  children: ReactNode;
}

export function Button({ look = 'plain', icon, children, ...props }: ButtonProps) {
  return (
    <AriaButton {...props} className={`button button-${look}`}>
      {icon}
      <span>{children}</span>
    </AriaButton>
  );
}

interface IconButtonProps extends Omit<AriaButtonProps, 'className' | 'style' | 'children'> {
  /** Read aloud, and shown as a tip. */
  label: string;
  icon: ReactNode;
}

export function IconButton({ label, icon, ...props }: IconButtonProps) {
  return (
    <AriaButton
      {...props}
      aria-label={label}
      className="icon-button"
      render={(attributes) => <button {...attributes} title={label} />}
    >
      {icon}
    </AriaButton>
  );
}

interface IconToggleProps {
  /** Says what it is about and stays the same; whether it is on is told apart. */
  label: string;
  icon: ReactNode;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  isDisabled?: boolean;
}

export function IconToggle({ label, icon, isOn, onChange, isDisabled }: IconToggleProps) {
  return (
    <ToggleButton
      aria-label={label}
      isSelected={isOn}
      onChange={onChange}
      {...(isDisabled === undefined ? {} : { isDisabled })}
      className={`icon-button${isOn ? ' icon-button-on' : ''}`}
      render={(attributes) => <button {...attributes} title={label} />}
    >
      {icon}
    </ToggleButton>
  );
}
