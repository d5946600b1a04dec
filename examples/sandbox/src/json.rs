use serde_json::{Map, Value};

/// The text at a member, or the empty text.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The integer at a pointer, or 0.
pub(crate) fn integer(value: &Value, pointer: &str) -> i64 {
    value.pointer(pointer).and_then(Value::as_i64).unwrap_or(0)
}

/// Sets a member of an object; does nothing to what is no object.
pub(crate) fn set(value: &mut Value, key: &str, new: impl Into<Value>) {
    if let Some(members) = value.as_object_mut() {
        members.insert(key.to_owned(), new.into());
    }
}

/// Replaces what is at a pointer, if something is there.
pub(crate) fn put(value: &mut Value, pointer: &str, new: impl Into<Value>) {
    if let Some(place) = value.pointer_mut(pointer) {
        *place = new.into();
    }
}

pub(crate) fn remove(value: &mut Value, key: &str) -> Option<Value> {
    value.as_object_mut().and_then(|members| members.remove(key))
}

/// The object at a member, made if there is none.
pub(crate) fn object<'a>(value: &'a mut Value, key: &str) -> Option<&'a mut Map<String, Value>> {
    let members = value.as_object_mut()?;
    let place = members.entry(key).or_insert_with(|| Value::Object(Map::new()));
    if !place.is_object() {
        *place = Value::Object(Map::new());
    }
    place.as_object_mut()
}

/// The elements at a pointer; none if there is no list.
pub(crate) fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
