import { Trash2 } from 'lucide-react';
import { useText } from '../i18n/use-text.ts';
import { Dialog, DialogButtons } from '../ui/dialog.tsx';

interface RemoveQuestionProps {
  title: string;
  question: string;
  isOpen: boolean;
  onClose: () => void;
  onRemove: () => void;
}

/** There is no undo, so what was not watched is asked about. */
export function RemoveQuestion({ title, question, isOpen, onClose, onRemove }: RemoveQuestionProps) {
  const text = useText();
  return (
    <Dialog title={title} role="alertdialog" isOpen={isOpen} onClose={onClose}>
      <p>{question}</p>
      <DialogButtons
        cancelWords={text('remove.keep')}
        onCancel={onClose}
        words={text('remove.confirm')}
        icon={<Trash2 aria-hidden />}
        look="danger"
        onConfirm={() => {
          onClose();
          onRemove();
        }}
      />
    </Dialog>
  );
}
