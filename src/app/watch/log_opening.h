// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "derive/event_stream.h"
#include "store/image_facts_folder.h"

namespace doorman::app {

/// How the parts of records are decoded: what an EventStream is made with. Containers know what a scan left of
/// their image, if `images` does.
derive::RecordDecoders record_decoders(std::shared_ptr<store::KnownImages> images = nullptr);

/// The records that say what a stream knows now: the host, containers, the control groups below them, processes.
/// A stream that is given them, as the opening of a log's segment, knows the same.
void append_opening(std::string& records, const derive::EventStream& stream);

}  // namespace doorman::app
