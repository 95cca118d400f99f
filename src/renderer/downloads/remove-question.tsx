import { Trash2 } from 'lucide-react';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';

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
      <div className="dialog-buttons">
        <Button look="quiet" onPress={onClose}>
          {text('remove.keep')}
        </Button>
        <Button
          look="danger"
          icon={<Trash2 aria-hidden />}
          onPress={() => {
            onClose();
            onRemove();
          }}
        >
          {text('remove.confirm')}
        </Button>
      </div>
    </Dialog>
  );
}
