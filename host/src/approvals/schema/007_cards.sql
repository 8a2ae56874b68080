-- Questions with the same cause are on one card in Slack: `slack_card.approval` names the
-- card by its first question.
CREATE TABLE slack_member (approval TEXT PRIMARY KEY, card TEXT NOT NULL);
CREATE INDEX slack_member_card ON slack_member (card);
INSERT INTO slack_member SELECT approval, approval FROM slack_card;
-- A card that takes no further question: nobody sees it.
ALTER TABLE slack_card ADD COLUMN closed INTEGER NOT NULL DEFAULT 0;

-- A card goes with the last of its questions.
DROP TRIGGER slack_card_gone;
CREATE TRIGGER slack_card_gone AFTER DELETE ON approval BEGIN
    DELETE FROM slack_card
        WHERE approval = (SELECT card FROM slack_member WHERE approval = old.id)
          AND NOT EXISTS (SELECT 1 FROM slack_member
              WHERE card = slack_card.approval AND slack_member.approval <> old.id);
    DELETE FROM slack_member WHERE approval = old.id;
END;
