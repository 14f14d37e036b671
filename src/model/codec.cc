// SPDX-License-Identifier: Apache-2.0
#include "model/codec.h"

#include "model/binary.h"

namespace doorman::model {
namespace binary {

void members(auto& codec, Is<Ownership> auto& it) { codec(it.package, it.files); }
void members(auto& codec, Is<FileFacts> auto& it) {
  codec(it.path, it.packages, it.owned, it.distribution, it.notes, it.notable, it.automatic, it.requested);
}
void members(auto& codec, Is<LayerFacts> auto& it) {
  codec(it.blob, it.diff_id, it.stored_bytes, it.plain_bytes, it.entries, it.files, it.programs, it.secret_rules,
        it.secrets, it.notable, it.whiteouts, it.opaque, it.covers, it.notes);
}

}  // namespace binary

namespace {

constexpr binary::Form form{"DOORMANL", codec_version, "layer facts"};

}  // namespace

std::string frame(base::Bytes payload) { return binary::frame(form, payload); }

base::Result<base::Bytes> unframe(base::Bytes bytes) { return binary::unframe(form, bytes); }

std::string encode(const LayerFacts& facts) {
  binary::Encoder encoder;
  encoder(facts);
  return frame(encoder.take());
}

base::Result<LayerFacts> decode(base::Bytes bytes) {
  DOORMAN_TRY(const base::Bytes payload, unframe(bytes));
  binary::Decoder decoder(payload);
  LayerFacts facts;
  decoder(facts);
  if (!decoder.complete()) return base::Error(base::ErrorCode::invalid, "the layer facts' payload is malformed");
  return facts;
}

}  // namespace doorman::model
