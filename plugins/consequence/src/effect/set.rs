//! Effects as a set.

use std::ops::{BitOr, BitOrAssign};

/// A set of effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Effects(u32);

impl Effects {
    /// No effect known.
    pub const NONE: Effects = Effects(0);
    /// Looks at something.
    pub const READ: Effects = Effects(1);
    /// Prepares, previews or tries out: not yet the thing itself.
    pub const DRAFT: Effects = Effects(1 << 1);
    /// Gives words to somebody.
    pub const SEND: Effects = Effects(1 << 2);
    /// Puts data somewhere on a network.
    pub const UPLOAD: Effects = Effects(1 << 3);
    /// Makes something visible to everybody.
    pub const PUBLISH: Effects = Effects(1 << 4);
    /// Moves money.
    pub const PAY: Effects = Effects(1 << 5);
    /// Changes where money will go.
    pub const PAYEE: Effects = Effects(1 << 6);
    /// Ends something for good.
    pub const DELETE: Effects = Effects(1 << 7);
    /// Runs code.
    pub const EXECUTE: Effects = Effects(1 << 8);
    /// Gives power or sight to somebody, or makes what proves identity.
    pub const ACCESS: Effects = Effects(1 << 9);
    /// Switches something off or around.
    pub const OFF: Effects = Effects(1 << 10);
    /// Writes for colleagues or for oneself.
    pub const NOTE: Effects = Effects(1 << 11);
    /// Brings something about that is none of the above.
    pub const WRITE: Effects = Effects(1 << 12);
    /// Orders, books or rents something.
    pub const BUY: Effects = Effects(1 << 13);
    /// Binds to something, or ends what binds: signs, accepts, renews, cancels.
    pub const BIND: Effects = Effects(1 << 14);

    /// What cannot be taken back, or only with pains.
    pub const HARD: Effects = Effects(
        Self::SEND.0
            | Self::UPLOAD.0
            | Self::PUBLISH.0
            | Self::PAY.0
            | Self::PAYEE.0
            | Self::DELETE.0
            | Self::ACCESS.0
            | Self::BUY.0
            | Self::BIND.0,
    );
    /// What carries data to somebody.
    pub const OUTWARD: Effects = Effects(Self::SEND.0 | Self::UPLOAD.0 | Self::PUBLISH.0);

    /// As a number, for the notes.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// From a number of the notes.
    pub const fn from_bits(bits: u32) -> Effects {
        Effects(bits)
    }

    /// True when the two sets share an effect.
    pub const fn any(self, of: Effects) -> bool {
        self.0 & of.0 != 0
    }
}

impl BitOr for Effects {
    type Output = Effects;

    fn bitor(self, other: Effects) -> Effects {
        Effects(self.0 | other.0)
    }
}

impl BitOrAssign for Effects {
    fn bitor_assign(&mut self, other: Effects) {
        self.0 |= other.0;
    }
}
