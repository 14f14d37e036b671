// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/path.h"
#include "model/image_record_table.h"

namespace doorman::model {
namespace {

using F = const FileRecord&;
using S = const FoundSecret&;
using U = const FieldUse&;
using A = base::Arena&;
using record::text_if;

std::string_view text_of(ProgramFile::Kind kind) {
  switch (kind) {
    case ProgramFile::Kind::elf:
      return "elf";
    case ProgramFile::Kind::script:
      return "script";
    case ProgramFile::Kind::other:
      return "other";
  }
  return {};
}

/// The permission bits; nothing for a folder of which only the content is known.
std::optional<std::uint32_t> mode_of(const FileRecord& file) {
  if (file.program() != nullptr) return file.program()->file.mode;
  const std::uint32_t mode = file.notable().front().file.mode;
  return mode == 0 ? std::nullopt : std::optional(mode);
}

Value bits_of(const FileRecord& file, std::uint32_t bits) {
  const auto mode = mode_of(file);
  return mode ? Value::of((*mode & bits) != 0) : Value();
}

Value mode_text(const FileRecord& file, base::Arena& scratch) {
  const auto mode = mode_of(file);
  return mode ? Value::of(scratch.copy(fmt::format("{:04o}", *mode))) : Value();
}

template <typename Number>
Value number_of(const FileRecord& file, Number ProgramFile::* of_program, Number NotableFile::* of_notable) {
  const FoundProgram* program = file.program();
  return Value::of_natural(program != nullptr ? program->file.*of_program
                                              : file.notable().front().file.*of_notable);
}

Value reasons_of(const FileRecord& file, base::Arena& scratch) {
  return record::list_of(file.notable(), scratch,
                         [](const FoundNotable& each) { return Value::of(to_text(each.file.reason)); });
}

Value details_of(const FileRecord& file, base::Arena& scratch) {
  std::vector<std::string_view> details;
  for (const FoundNotable& each : file.notable()) {
    if (!each.file.detail.empty()) details.emplace_back(each.file.detail);
  }
  return record::texts_of(details, scratch);
}

/// Paths with the slash in front, as in secret.path.
Value place_of(const FoundSecret& found, base::Arena& scratch) {
  const std::string place = model::place_of(found.secret);
  const bool is_file = found.secret.where == Secret::Where::file;
  return Value::of(is_file ? record::absolute(place, scratch) : scratch.copy(place));
}

Value folder_of(const FileRecord& file, base::Arena& scratch) {
  return Value::of(record::absolute(base::parent_of(file.path()), scratch));
}

std::string_view last_part(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

const record::FieldTable<FileRecord>& file_table() {
  static const record::FieldTable<FileRecord> rows = {
      {FieldId::file_path, [](F f, U, A a) { return Value::of(record::absolute(f.path(), a)); }},
      {FieldId::file_name, [](F f, U, A) { return text_if(last_part(f.path())); }},
      {FieldId::file_directory, [](F f, U, A a) { return folder_of(f, a); }},
      {FieldId::file_kind,
       [](F f, U, A) { return f.program() == nullptr ? Value() : Value::of(text_of(f.program()->file.kind)); }},
      {FieldId::file_notable, [](F f, U, A a) { return reasons_of(f, a); }},
      {FieldId::file_notable_details, [](F f, U, A a) { return details_of(f, a); }},
      {FieldId::file_executable, [](F f, U, A) { return bits_of(f, 0111U); }},
      {FieldId::file_mode, [](F f, U, A a) { return mode_text(f, a); }},
      {FieldId::file_setuid, [](F f, U, A) { return bits_of(f, 04000U); }},
      {FieldId::file_setgid, [](F f, U, A) { return bits_of(f, 02000U); }},
      {FieldId::file_world_writable, [](F f, U, A) { return bits_of(f, 02U); }},
      {FieldId::file_uid, [](F f, U, A) { return number_of(f, &ProgramFile::uid, &NotableFile::uid); }},
      {FieldId::file_gid, [](F f, U, A) { return number_of(f, &ProgramFile::gid, &NotableFile::gid); }},
      {FieldId::file_size, [](F f, U, A) { return number_of(f, &ProgramFile::size, &NotableFile::size); }},
      {FieldId::file_sha256,
       [](F f, U, A a) {
         return f.program() == nullptr ? Value() : Value::of(a.copy(f.program()->file.sha256.hex()));
       }},
      {FieldId::file_layer, [](F f, U, A) { return record::layer_number(f.layer()); }},
      {FieldId::file_layer_digest, [](F f, U, A a) { return record::layer_digest(f.image(), f.layer(), a); }},
      {FieldId::file_owner, [](F f, U, A) { return record::owner_name(f.image(), f.owner()); }},
      {FieldId::file_in_package, [](F f, U, A) { return Value::of(f.owner() != FoundPackage::none); }},
  };
  return rows;
}

const record::FieldTable<FoundSecret>& secret_table() {
  static const record::FieldTable<FoundSecret> rows = {
      {FieldId::secret_rule, [](S s, U, A) { return text_if(s.secret.rule); }},
      {FieldId::secret_title, [](S s, U, A) { return text_if(s.secret.title); }},
      {FieldId::secret_severity, [](S s, U, A) { return Value::of(to_text(s.secret.severity)); }},
      {FieldId::secret_severity_rank,
       [](S s, U, A) { return Value::of_natural(static_cast<std::uint64_t>(s.secret.severity)); }},
      {FieldId::secret_where, [](S s, U, A) { return Value::of(to_text(s.secret.where)); }},
      {FieldId::secret_path,
       [](S s, U, A a) { return s.secret.path.empty() ? Value() : Value::of(record::absolute(s.secret.path, a)); }},
      {FieldId::secret_name, [](S s, U, A) { return text_if(s.secret.name); }},
      {FieldId::secret_line,
       [](S s, U, A) { return s.secret.line == 0 ? Value() : Value::of_natural(s.secret.line); }},
      {FieldId::secret_masked, [](S s, U, A) { return text_if(s.secret.masked); }},
      {FieldId::secret_place, [](S s, U, A a) { return place_of(s, a); }},
      {FieldId::secret_fingerprint, [](S s, U, A) { return text_if(s.secret.fingerprint); }},
      {FieldId::secret_checked, [](S s, U, A) { return Value::of(s.secret.checked); }},
      {FieldId::secret_deleted, [](S s, U, A) { return Value::of(s.deleted); }},
      {FieldId::secret_layer, [](S s, U, A) { return record::layer_number(s.layer); }},
      {FieldId::secret_in_package, [](S s, U, A) { return Value::of(s.owner != FoundPackage::none); }},
  };
  return rows;
}

}  // namespace

std::string_view FileRecord::path() const {
  return program_ != nullptr ? program_->file.path : notable_.front().file.path;
}

std::uint32_t FileRecord::layer() const { return program_ != nullptr ? program_->layer : notable_.front().layer; }

std::uint32_t FileRecord::owner() const { return program_ != nullptr ? program_->owner : notable_.front().owner; }

Value FileRecord::read(const FieldUse& use, base::Arena& scratch) const {
  const Value own = file_table().read(*this, use, scratch);
  return own.exists() ? own : image_.read(use, scratch);
}

Value SecretRecord::read(const FieldUse& use, base::Arena& scratch) const {
  if (use.id == FieldId::secret_owner) return record::owner_name(image_, secret_.owner);
  if (use.id == FieldId::secret_layer_digest) return record::layer_digest(image_, secret_.layer, scratch);
  const Value own = secret_table().read(secret_, use, scratch);
  return own.exists() ? own : image_.read(use, scratch);
}

}  // namespace doorman::model
