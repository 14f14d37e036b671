// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "model/layer_facts.h"

namespace doorman::model {

/// Raise it whenever encode() writes other bytes for the same facts.
inline constexpr std::uint32_t codec_version = 2;

/// The binary form of a layer's facts, as a cache keeps it: a frame around a payload.
///
/// Frame: the magic `DOORMANL`, u32 codec_version, u64 payload length, u64 XXH3-64 of the payload, the payload.
/// Payload: the members of LayerFacts in the order of their declaration. Counts, lengths and numbers are
/// unsigned LEB128, strings are length and bytes, an optional is 0 or 1 and then the value, a digest is its
/// algorithm (0 sha256, 1 sha512) and its raw bytes, path ids are a count and little-endian 64-bit words.
///
/// Equal facts give equal bytes, and decode(encode(facts)) is facts. The parsers' version is not in it: that
/// belongs to the key under which a cache files the result.
std::string encode(const LayerFacts& facts);

/// `unsupported` for another version, `truncated`, `mismatch` for a wrong checksum, `invalid` for a payload
/// that no encode() wrote. Never trusts a count: memory stays within a small multiple of the input.
base::Result<LayerFacts> decode(base::Bytes bytes);

/// The frame alone, for whoever makes or examines payloads by hand. `unframe` gives a part of its argument.
std::string frame(base::Bytes payload);
base::Result<base::Bytes> unframe(base::Bytes bytes);

}  // namespace doorman::model
