//! Any cutting of a stream gives the same events.
#![no_main]

use dashclaw::sse::Parser;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (usize, &[u8])| {
    let (cut, stream) = input;
    let (head, tail) = stream.split_at(cut % (stream.len() + 1));
    let whole = Parser::with_limits(1024, 4096).push(stream);
    let mut parser = Parser::with_limits(1024, 4096);
    let pieces = parser.push(head).and_then(|mut events| {
        events.extend(parser.push(tail)?);
        Ok(events)
    });
    if let (Ok(whole), Ok(pieces)) = (whole, pieces) {
        assert_eq!(whole, pieces);
    }
});
