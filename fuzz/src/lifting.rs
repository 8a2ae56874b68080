//! The canonical ABI read anew, from the memory of `guests/raw.wat`: slowly, and
//! from the contract in `wit/policy.wit` alone.

use coldnotch::printable::printable;
use coldnotch::verdict::{Assessment, Evidence, Reason, Verdict};

/// What an answer says, and the bytes of memory it is made of.
#[derive(Debug)]
pub struct Said<T> {
    pub value: T,
    pub bytes: usize,
}

pub type Lifted<T> = Result<Said<T>, Wrong>;

/// Why an answer says nothing.
#[derive(Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is a `score-error`.
    Declined,
    /// No value of the type looks like this, or the contract does not allow it.
    Invalid,
    /// It depends on what only the guest's memory knows.
    Unknown,
}

/// The guest's memory, as far as it is known from outside.
pub struct Memory {
    image: Vec<u8>,
    bytes: usize,
}

impl Memory {
    pub const IMAGE_LEN: usize = 0x1000;
    const IMAGE: usize = 0x10000;
    const HEAP: usize = 0x400;
    const LEN: usize = 0x20000;

    pub fn with(data: &[u8]) -> Memory {
        let mut image = data.to_vec();
        image.resize(Self::IMAGE_LEN, 0);
        Memory { image, bytes: 0 }
    }

    /// `result<assessment, score-error>`
    pub fn assessment(&self) -> Lifted<Assessment> {
        self.lift(40, 8, |memory, at| {
            if memory.flag(at)? {
                return Err(memory.declined(at + 8)?);
            }
            let risk = f64::from_le_bytes(memory.bytes::<8>(at + 8)?);
            let verdict = match memory.flag(at + 16)? {
                false => None,
                true => Some(memory.verdict(at + 17)?),
            };
            let reasons = memory.list(at + 20, 24, 4, Self::reason)?;
            let labels = memory.list(at + 28, 8, 4, Self::label)?;
            if !(0.0..=1.0).contains(&risk) {
                return Err(Wrong::Invalid);
            }
            Ok(Assessment {
                risk,
                verdict,
                reasons,
                labels,
            })
        })
    }

    /// `result<list<u8>, score-error>`
    pub fn notes(&self) -> Lifted<Vec<u8>> {
        self.lift(16, 4, |memory, at| match memory.flag(at)? {
            true => Err(memory.declined(at + 4)?),
            false => memory.list(at + 4, 1, 1, |memory, at| Ok(memory.bytes::<1>(at)?[0])),
        })
    }

    fn lift<T>(
        &self,
        size: usize,
        align: usize,
        read: impl Fn(&mut Memory, usize) -> Result<T, Wrong>,
    ) -> Lifted<T> {
        let mut memory = Memory::with(&self.image);
        let image = Self::IMAGE;
        if memory.word(image + 8)? != 0 {
            return Err(Wrong::Unknown); // the host has written into it
        }
        if memory.word(image + 24)? != 0 {
            return Err(Wrong::Invalid); // the session's handle was kept
        }
        let at = memory.word(image)?;
        if !at.is_multiple_of(align) || at + size > Self::LEN {
            return Err(Wrong::Invalid);
        }
        let value = read(&mut memory, at)?;
        Ok(Said {
            value,
            bytes: memory.bytes,
        })
    }

    /// `score-error`
    fn declined(&mut self, at: usize) -> Result<Wrong, Wrong> {
        match self.bytes::<1>(at)?[0] {
            0 => Ok(Wrong::Declined),
            1 | 2 => self.string(at + 4).map(|_| Wrong::Declined),
            _ => Err(Wrong::Invalid),
        }
    }

    fn verdict(&mut self, at: usize) -> Result<Verdict, Wrong> {
        match self.bytes::<1>(at)?[0] {
            0 => Ok(Verdict::Allow),
            1 => Ok(Verdict::Hold),
            2 => Ok(Verdict::Block),
            _ => Err(Wrong::Invalid),
        }
    }

    fn reason(&mut self, at: usize) -> Result<Reason, Wrong> {
        let (code, message) = (self.string(at)?, self.string(at + 8)?);
        let evidence = self.list(at + 16, 24, 4, Self::evidence)?;
        Ok(Reason {
            code: printable(&code, 256),
            message: printable(&message, 1024),
            evidence,
        })
    }

    fn evidence(&mut self, at: usize) -> Result<Evidence, Wrong> {
        let step = match self.flag(at)? {
            false => None,
            true => Some(u32::from_le_bytes(self.bytes::<4>(at + 4)?)),
        };
        let (path, text) = (self.string(at + 8)?, self.string(at + 16)?);
        Ok(Evidence {
            step,
            path: printable(&path, 256),
            text: printable(&text, 512),
        })
    }

    fn label(&mut self, at: usize) -> Result<String, Wrong> {
        let label = self.string(at)?;
        if label.len() > 64 {
            return Err(Wrong::Invalid);
        }
        Ok(printable(&label, 64))
    }

    fn string(&mut self, at: usize) -> Result<String, Wrong> {
        let bytes = self.list_of(at, 1, 1, |memory, at| Ok(memory.bytes::<1>(at)?[0]))?;
        String::from_utf8(bytes).map_err(|_| Wrong::Invalid)
    }

    /// A list with a bounded number of items; bytes have bounds of their own.
    fn list<T>(
        &mut self,
        at: usize,
        size: usize,
        align: usize,
        item: impl Fn(&mut Memory, usize) -> Result<T, Wrong>,
    ) -> Result<Vec<T>, Wrong> {
        let most = if size == 1 { 16 << 10 } else { 32 };
        let items = self.list_of(at, size, align, item)?;
        if items.len() > most {
            return Err(Wrong::Invalid);
        }
        Ok(items)
    }

    fn list_of<T>(
        &mut self,
        at: usize,
        size: usize,
        align: usize,
        item: impl Fn(&mut Memory, usize) -> Result<T, Wrong>,
    ) -> Result<Vec<T>, Wrong> {
        let (first, len) = (self.word(at)?, self.word(at + 4)?);
        if !first.is_multiple_of(align) || first + len * size > Self::LEN {
            return Err(Wrong::Invalid);
        }
        self.bytes += len * size;
        (0..len).map(|n| item(self, first + n * size)).collect()
    }

    fn flag(&mut self, at: usize) -> Result<bool, Wrong> {
        match self.bytes::<1>(at)?[0] {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Wrong::Invalid),
        }
    }

    fn word(&mut self, at: usize) -> Result<usize, Wrong> {
        Ok(u32::from_le_bytes(self.bytes(at)?) as usize)
    }

    fn bytes<const N: usize>(&mut self, at: usize) -> Result<[u8; N], Wrong> {
        let mut bytes = [0; N];
        for (place, byte) in (at..).zip(&mut bytes) {
            *byte = match place.checked_sub(Self::IMAGE) {
                Some(place) => self.image.get(place).copied().unwrap_or(0),
                None if place < Self::HEAP => 0,
                None => return Err(Wrong::Unknown),
            };
        }
        Ok(bytes)
    }
}
