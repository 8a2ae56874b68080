//! JSON as values of an expression. No text is copied.

use std::sync::OnceLock;

use cel::ExecutionError;
use cel::common::traits::{Container, Indexer, Iterable, Iterator, Sizer};
use cel::common::types::{
    CelBool, CelDouble, CelInt, CelList, CelNull, CelString, CelUInt, MAP_TYPE, Type,
};
use cel::common::value::{CowVal, Val};
use coldnotch_plugin::json::{Map, Number, Value};

/// A value. Lists become the library's own, objects stay where they are.
pub fn value<'v>(json: &'v Value) -> Box<dyn Val + 'v> {
    match json {
        Value::Null => Box::new(CelNull),
        Value::Bool(is) => Box::new(CelBool::from(*is)),
        Value::Number(number) => self::number(number),
        Value::String(text) => Box::new(CelString::from(text.as_str())),
        Value::Array(items) => {
            let items: Vec<Box<dyn Val + 'v>> = items.iter().map(value).collect();
            Box::new(CelList::from(items))
        }
        Value::Object(fields) => Box::new(Object {
            fields,
            keys: OnceLock::new(),
        }),
    }
}

fn number<'v>(number: &Number) -> Box<dyn Val + 'v> {
    if let Some(whole) = number.as_i64() {
        Box::new(CelInt::from(whole))
    } else if let Some(large) = number.as_u64() {
        Box::new(CelUInt::from(large))
    } else {
        Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN)))
    }
}

/// What a value is called in a message.
pub fn kind(json: &Value) -> &'static str {
    match json {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A JSON object.
#[derive(Debug, Clone)]
struct Object<'v> {
    fields: &'v Map<String, Value>,
    /// Made when an expression goes through them.
    keys: OnceLock<Vec<CelString<'v>>>,
}

impl<'o> Object<'o> {
    fn field(&self, name: &dyn Val) -> Option<&'o Value> {
        self.fields.get(name.downcast_ref::<CelString>()?.inner())
    }
}

impl<'o> Val for Object<'o> {
    fn get_type(&self) -> &Type {
        &MAP_TYPE
    }

    fn cel_type() -> &'static Type {
        &MAP_TYPE
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_iterable<'b, 'v>(&'b self) -> Option<&'b (dyn Iterable + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    /// The same keys with equal values, whatever kind of map the other is.
    fn equals(&self, other: &dyn Val) -> bool {
        let (Some(size), Some(there)) = (other.as_sizer(), other.as_indexer()) else {
            return false;
        };
        *other.get_type() == MAP_TYPE
            && *size.size().inner() == *self.size().inner()
            && self.fields.iter().all(|(key, own)| {
                let key = CelString::from(key.as_str());
                there
                    .get(&key)
                    .is_ok_and(|its| value(own).equals(its.as_ref()))
            })
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(self.clone())
    }
}

impl Container for Object<'_> {
    fn contains(&self, key: &dyn Val) -> Result<bool, ExecutionError> {
        match key.downcast_ref::<CelString>() {
            Some(key) => Ok(self.fields.contains_key(key.inner())),
            None => Err(not_a_key(key)),
        }
    }
}

impl Indexer for Object<'_> {
    fn get<'b, 'v>(&'b self, key: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        match (self.field(key), key.downcast_ref::<CelString>()) {
            (Some(found), _) => Ok(CowVal::Owned(value(found))),
            (None, Some(key)) => Err(ExecutionError::no_such_key(key.inner())),
            (None, None) => Err(not_a_key(key)),
        }
    }

    fn steal<'v>(self: Box<Self>, key: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.get(key).map(CowVal::into_owned)
    }
}

impl Iterable for Object<'_> {
    fn iter<'b, 'v>(&'b self) -> Box<dyn Iterator<'b, 'v> + 'b>
    where
        Self: 'v,
    {
        let keys = || {
            self.fields
                .keys()
                .map(|k| CelString::from(k.as_str()))
                .collect()
        };
        Box::new(Keys(self.keys.get_or_init(keys).iter()))
    }
}

struct Keys<'b, 'o>(std::slice::Iter<'b, CelString<'o>>);

impl<'b, 'v, 'o: 'v> Iterator<'b, 'v> for Keys<'b, 'o> {
    fn next(&mut self) -> Option<&'b (dyn Val + 'v)> {
        self.0.next().map(|key| key as &(dyn Val + 'v))
    }
}

impl Sizer for Object<'_> {
    fn size(&self) -> CelInt {
        i64::try_from(self.fields.len()).unwrap_or(i64::MAX).into()
    }
}

/// The error of a map asked for something that is no text.
pub fn not_a_key(key: &dyn Val) -> ExecutionError {
    ExecutionError::UnexpectedType {
        got: key.get_type().name().to_owned(),
        want: "string".to_owned(),
    }
}
