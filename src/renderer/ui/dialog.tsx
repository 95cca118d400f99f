import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { Button } from './button.tsx';
import './dialog.css';

interface DialogProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  /** `alert` for a question that must be answered before going on. */
  role?: 'dialog' | 'alertdialog';
  children: ReactNode;
}

/** Keeps focus inside, gives it back afterwards, closes on Esc. */
export function Dialog({ title, isOpen, onClose, role = 'dialog', children }: DialogProps) {
  return (
    <ModalOverlay
      className="dialog-overlay"
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      isDismissable={role === 'dialog'}
    >
      <Modal className="dialog-modal">
        <AriaDialog className="dialog" role={role}>
          <Heading slot="title" className="dialog-title">
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

interface DialogButtonsProps {
  cancelWords: string;
  onCancel: () => void;
  words: string;
  icon: ReactNode;
  look?: 'primary' | 'danger';
  isDisabled?: boolean;
  isPending?: boolean;
  onConfirm: () => void;
}

/** The way out, and the one thing that the dialog is for. */
export function DialogButtons({
  cancelWords,
  onCancel,
  words,
  icon,
  look = 'primary',
  isDisabled = false,
  isPending = false,
  onConfirm,
}: DialogButtonsProps) {
  return (
    <div className="dialog-buttons">
      <Button look="quiet" onPress={onCancel}>
        {cancelWords}
      </Button>
      <Button look={look} icon={icon} isDisabled={isDisabled} isPending={isPending} onPress={onConfirm}>
        {words}
      </Button>
    </div>
  );
}
