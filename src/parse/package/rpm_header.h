// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "model/layer_facts.h"
#include "parse/package/file_list.h"

namespace doorman::parse::package {

/// Reads one package of an rpm database: a header as rpm stores it, without lead, magic and signature.
/// Adds the package and its files to `facts`; `files` is empty before and after, and carries the database's
/// count of files. Public keys, which rpm keeps as packages named gpg-pubkey, are passed over.
/// Source: rpm's docs/manual/format_v4.md, section Header; numbers are big-endian.
base::Status parse_rpm_header(base::Bytes blob, FileList& files, model::FileFacts& facts);

}  // namespace doorman::parse::package
