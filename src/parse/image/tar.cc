// SPDX-License-Identifier: Apache-2.0
#include "parse/image/tar.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace doorman::parse::image {

using base::Bytes;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

namespace {

/// A field up to its first NUL.
std::string_view text_field(Bytes header, std::size_t offset, std::size_t size) {
  const Bytes field = header.substr(offset, size);
  return field.substr(0, field.find('\0'));
}

/// Octal text, or GNU's base-256 when the first bit is set. Nothing when it is neither, or negative.
std::optional<std::uint64_t> number_field(Bytes header, std::size_t offset, std::size_t size) {
  Bytes field = header.substr(offset, size);
  const auto first = static_cast<unsigned char>(field[0]);
  std::uint64_t number = 0;
  if ((first & 0x80U) != 0) {
    if ((first & 0x40U) != 0) return std::nullopt;
    number = first & 0x3fU;
    for (const char c : field.substr(1)) {
      if (number >> 55U != 0) return std::nullopt;
      number = (number << 8U) | static_cast<unsigned char>(c);
    }
    return number;
  }
  while (!field.empty() && field.front() == ' ') field.remove_prefix(1);
  for (const char c : field) {
    if (c == '\0' || c == ' ') break;
    if (c < '0' || c > '7' || number >> 60U != 0) return std::nullopt;
    number = number * 8 + static_cast<std::uint64_t>(c - '0');
  }
  return number;
}

bool all_zero(Bytes bytes) { return bytes.find_first_not_of('\0') == Bytes::npos; }

/// Old tars summed signed characters: both sums are right.
bool checksum_holds(Bytes header) {
  const auto stored = number_field(header, 148, 8);
  if (!stored) return false;
  std::uint32_t sum = 8 * ' ';
  std::uint32_t high_bits = 0;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (i >= 148 && i < 156) continue;
    const auto byte = static_cast<unsigned char>(header[i]);
    sum += byte;
    high_bits += byte >> 7U;
  }
  return *stored == sum || *stored + 256ULL * high_bits == sum;
}

constexpr std::uint64_t padding_of(std::uint64_t size) { return (512 - size % 512) % 512; }

}  // namespace

struct TarParser::Header {
  Bytes bytes;
  char type;
  std::uint64_t size, mode, uid, gid;

  static std::optional<Header> read(Bytes bytes) {
    const auto size = number_field(bytes, 124, 12);
    const auto mode = number_field(bytes, 100, 8);
    const auto uid = number_field(bytes, 108, 8);
    const auto gid = number_field(bytes, 116, 8);
    if (!size || !mode) return std::nullopt;
    return Header{bytes, bytes[156], *size, *mode, uid.value_or(0), gid.value_or(0)};
  }

  [[nodiscard]] bool posix() const { return bytes.substr(257, 6) == Bytes("ustar\0", 6); }
  void path(std::string& into) const {
    into.clear();
    if (posix()) {
      if (const std::string_view prefix = text_field(bytes, 345, 155); !prefix.empty())
        into.append(prefix).append("/");
    }
    into += text_field(bytes, 0, 100);
  }
};

Error TarParser::wrong(ErrorCode code, std::string_view what) const {
  std::string place = "tar at byte " + std::to_string(position_);
  if (!path_.empty()) place += " (" + base::printable(std::string_view(path_).substr(0, 200)) + ")";
  return {code, place + ": " + std::string(what)};
}

Status TarParser::feed(Bytes bytes) {
  while (!bytes.empty()) {
    Bytes piece = bytes;
    switch (state_) {
      case State::ended:
        position_ += bytes.size();
        return {};
      case State::header:
      case State::sparse_header:
      case State::sparse_map: {
        // Whole blocks are read where they lie; only one that is split between two feeds is copied.
        piece = bytes.substr(0, block - carried_);
        if (carried_ == 0 && piece.size() == block) {
          DOORMAN_CHECK(take_block(piece));
        } else {
          std::memcpy(carry_.data() + carried_, piece.data(), piece.size());
          carried_ += piece.size();
          if (carried_ == block) {
            carried_ = 0;
            DOORMAN_CHECK(take_block(Bytes(carry_.data(), block)));
          }
        }
        break;
      }
      case State::extended:
        piece = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
        extended_ += piece;
        left_ -= piece.size();
        if (left_ == 0) DOORMAN_CHECK(take_extended());
        break;
      case State::data:
        piece = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
        DOORMAN_CHECK(take_data(piece));
        break;
      case State::padding:
        piece = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(padding_, bytes.size())));
        padding_ -= piece.size();
        if (padding_ == 0) state_ = State::header;
        break;
    }
    position_ += piece.size();
    bytes.remove_prefix(piece.size());
  }
  return {};
}

Status TarParser::finish() {
  if (state_ == State::ended || (state_ == State::header && carried_ == 0)) return {};
  // Padding of the last entry may be missing: nothing of a file is lost.
  if (state_ == State::padding) return {};
  return wrong(ErrorCode::truncated, "the archive ends in the middle of an entry");
}

std::uint64_t TarParser::skippable() const {
  if (state_ == State::data && !wanted_) return left_ + padding_;
  return state_ == State::padding ? padding_ : 0;
}

void TarParser::skip(std::uint64_t bytes) {
  position_ += bytes;
  const std::uint64_t content = std::min(bytes, left_);
  left_ -= content;
  padding_ -= bytes - content;
  if (left_ == 0) end_data();
}

Status TarParser::take_block(Bytes bytes) {
  switch (state_) {
    case State::sparse_header:
      return take_sparse_numbers(bytes, 21);
    case State::sparse_map:
      return take_sparse_map(bytes);
    case State::header:
    case State::extended:
    case State::data:
    case State::padding:
    case State::ended:
      break;
  }
  return take_header(bytes);
}

Status TarParser::take_header(Bytes bytes) {
  if (bytes[0] == '\0' && all_zero(bytes)) {
    if (++zero_blocks_ == 2) state_ = State::ended;
    return {};
  }
  zero_blocks_ = 0;
  if (!checksum_holds(bytes)) return wrong(ErrorCode::invalid, "a header with a wrong checksum");
  const auto header = Header::read(bytes);
  if (!header) return wrong(ErrorCode::invalid, "a header with a number that is none");

  switch (header->type) {
    case 'L':
    case 'K':
    case 'x':
    case 'g':
      if (header->size > max_extended_bytes) {
        return wrong(ErrorCode::limit, "an extended header over the limit of 1 MiB");
      }
      extended_type_ = header->type;
      extended_.clear();
      left_ = header->size;
      padding_ = padding_of(header->size);
      state_ = State::extended;
      return left_ == 0 ? take_extended() : Status{};
    default:
      return begin_entry(*header);
  }
}

Status TarParser::begin_entry(const Header& header) {
  header.path(path_);
  link_ = text_field(header.bytes, 157, 100);
  if (!extension_.path.empty()) path_ = extension_.path;
  if (!extension_.link.empty()) link_ = extension_.link;
  entry_ = {};
  entry_.mode = static_cast<std::uint32_t>(header.mode & 07777U);
  entry_.uid = static_cast<std::uint32_t>(extension_.uid.value_or(header.uid));
  entry_.gid = static_cast<std::uint32_t>(extension_.gid.value_or(header.gid));
  left_ = extension_.size.value_or(header.size);
  sparse_ = extension_.sparse;

  // As in Go's reader, links, devices, folders and fifos have no content, whatever their size field says.
  bool has_content = false;
  switch (header.type) {
    case '1':
      entry_.type = EntryType::hard_link;
      break;
    case '2':
      entry_.type = EntryType::symlink;
      break;
    case '3':
    case '4':
      entry_.type = EntryType::device;
      entry_.device = header.type == '3' ? Entry::Device::character : Entry::Device::block;
      break;
    case '5':
      entry_.type = EntryType::folder;
      break;
    case '6':
      entry_.type = EntryType::fifo;
      break;
    case 'S':
      sparse_ = true;
      [[fallthrough]];
    default:  // '0', NUL, '7', and what POSIX says of unknown types: regular files
      has_content = true;
      entry_.type = EntryType::regular;
      // Before POSIX a folder was a file whose name ends in a slash.
      if (header.type == '\0' && path_.ends_with('/')) entry_.type = EntryType::folder;
  }
  if (!has_content) left_ = 0;
  padding_ = padding_of(left_);
  entry_.size = entry_.type == EntryType::regular ? left_ : 0;

  if (header.type == 'S') {
    extension_.pieces.clear();
    extension_.real_size = number_field(header.bytes, 483, 12);
    if (!extension_.real_size) return wrong(ErrorCode::invalid, "a sparse file without its size");
    return take_sparse_numbers(header.bytes.substr(386), 4);
  }
  if (sparse_ && extension_.map_in_data) {
    map_.clear();
    map_pieces_.reset();
    map_offset_.reset();
    state_ = State::sparse_map;
    return {};
  }
  return begin_content();
}

Status TarParser::begin_content() {
  if (sparse_) {
    entry_.size = extension_.real_size.value_or(entry_.size);
    DOORMAN_CHECK(check_pieces(extension_.pieces.size()));
  }
  piece_ = 0;
  in_piece_ = 0;
  expanded_ = 0;
  entry_.path = path_;
  entry_.link = link_;
  entry_.capability = extension_.capability;
  auto wanted = visitor_.begin(entry_);
  if (!wanted.ok()) return wanted.error();
  wanted_ = *wanted && entry_.type == EntryType::regular;
  state_ = State::data;
  return left_ == 0 ? end_content() : Status{};
}

Status TarParser::take_extended() {
  state_ = padding_ == 0 ? State::header : State::padding;
  switch (extended_type_) {
    case 'L':
      extension_.path = extended_.substr(0, extended_.find('\0'));
      return {};
    case 'K':
      extension_.link = extended_.substr(0, extended_.find('\0'));
      return {};
    case 'x':
      return take_pax(extended_);
    default:
      return {};  // 'g': comments of git and the like; no path, size or link comes from there
  }
}

Status TarParser::take_pax(Bytes records) {
  while (!records.empty() && records.front() != '\0') {
    const std::size_t space = records.find(' ');
    const auto length = base::to_number(records.substr(0, std::min<std::size_t>(space, 20)));
    if (space == Bytes::npos || !length || *length > records.size() || *length < space + 3) {
      return wrong(ErrorCode::invalid, "a pax record with a wrong length");
    }
    const Bytes record = records.substr(space + 1, *length - space - 2);
    const std::size_t equals = record.find('=');
    if (records[*length - 1] != '\n' || equals == Bytes::npos) {
      return wrong(ErrorCode::invalid, "a pax record without its form");
    }
    DOORMAN_CHECK(take_pax_record(record.substr(0, equals), record.substr(equals + 1)));
    records.remove_prefix(*length);
  }
  return {};
}

Status TarParser::take_pax_record(std::string_view key, std::string_view value) {
  const auto number = [&](std::optional<std::uint64_t>& into) -> Status {
    into = base::to_number(value);
    return into ? Status{} : Status(wrong(ErrorCode::invalid, "a pax record whose number is none"));
  };
  if (key == "path" || key == "GNU.sparse.name") extension_.path = value;
  else if (key == "linkpath") extension_.link = value;
  else if (key == "SCHILY.xattr.security.capability") extension_.capability = value;
  else if (key == "size") return number(extension_.size);
  else if (key == "uid") return number(extension_.uid);
  else if (key == "gid") return number(extension_.gid);
  else if (key == "GNU.sparse.realsize" || key == "GNU.sparse.size") {
    extension_.sparse = true;
    return number(extension_.real_size);
  } else if (key == "GNU.sparse.major") {
    extension_.map_in_data = value == "1";
  } else if (key == "GNU.sparse.offset") {
    extension_.sparse = true;
    extension_.pieces.emplace_back(base::to_number(value).value_or(~0ULL), 0);
  } else if (key == "GNU.sparse.numbytes" && !extension_.pieces.empty()) {
    extension_.pieces.back().second = base::to_number(value).value_or(~0ULL);
  } else if (key == "GNU.sparse.map") {
    extension_.sparse = true;
    const auto numbers = base::split(value, ',');
    for (std::size_t i = 0; i + 1 < numbers.size(); i += 2) {
      extension_.pieces.emplace_back(base::to_number(numbers[i]).value_or(~0ULL),
                                     base::to_number(numbers[i + 1]).value_or(~0ULL));
    }
  }
  return {};
}

Status TarParser::take_sparse_numbers(Bytes bytes, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto offset = number_field(bytes, i * 24, 12);
    const auto size = number_field(bytes, i * 24 + 12, 12);
    if (!offset || !size) return wrong(ErrorCode::invalid, "a sparse map with a number that is none");
    if (*offset == 0 && *size == 0 && bytes[i * 24] == '\0') break;
    extension_.pieces.emplace_back(*offset, *size);
  }
  if (extension_.pieces.size() > max_sparse_pieces) return check_pieces(extension_.pieces.size());
  const bool more = bytes[count * 24] != '\0';
  if (!more) return begin_content();
  state_ = State::sparse_header;
  return {};
}

Status TarParser::take_sparse_map(Bytes bytes) {
  if (left_ < block) return wrong(ErrorCode::invalid, "a sparse map that is larger than its file");
  left_ -= block;
  map_ += bytes;
  // A line each: the count of the pieces, then an offset and a size for each.
  std::string_view rest = map_;
  for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    const auto number = base::to_number(rest.substr(0, end));
    if (!number) return wrong(ErrorCode::invalid, "a sparse map with a number that is none");
    rest.remove_prefix(end + 1);
    if (!map_pieces_) {
      if (*number > max_sparse_pieces) return check_pieces(*number);
      map_pieces_ = number;
    } else if (!map_offset_) {
      map_offset_ = number;
    } else {
      extension_.pieces.emplace_back(*map_offset_, *number);
      map_offset_.reset();
    }
    if (extension_.pieces.size() == *map_pieces_) return begin_content();
  }
  map_ = std::string(rest);
  return map_.size() <= block ? Status{}
                              : Status(wrong(ErrorCode::invalid, "a sparse map with a number that is none"));
}

Status TarParser::check_pieces(std::uint64_t count) const {
  if (count > max_sparse_pieces) return wrong(ErrorCode::limit, "a sparse file of more than 65,536 pieces");
  if (entry_.size > max_sparse_bytes) return wrong(ErrorCode::limit, "a sparse file over the limit of 16 GiB");
  std::uint64_t stored = 0;
  std::uint64_t end = 0;
  for (const auto& [offset, size] : extension_.pieces) {
    if (offset < end || offset > entry_.size || size > entry_.size - offset) {
      return wrong(ErrorCode::invalid, "a sparse map that does not fit its file");
    }
    end = offset + size;
    stored += size;
  }
  return stored == left_ ? Status{}
                         : Status(wrong(ErrorCode::invalid, "a sparse map that does not fit its content"));
}

Status TarParser::take_data(Bytes bytes) {
  left_ -= bytes.size();
  if (wanted_) {
    if (sparse_) DOORMAN_CHECK(sparse_data(bytes));
    else DOORMAN_CHECK(visitor_.data(bytes));
  }
  return left_ == 0 ? end_content() : Status{};
}

Status TarParser::zeros_until(std::uint64_t offset) {
  static constexpr std::array<char, 64U << 10U> zeros{};
  while (expanded_ < offset) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(offset - expanded_, zeros.size()));
    DOORMAN_CHECK(visitor_.data(Bytes(zeros.data(), count)));
    expanded_ += count;
  }
  return {};
}

Status TarParser::sparse_data(Bytes bytes) {
  while (!bytes.empty()) {
    const auto& [offset, size] = extension_.pieces[piece_];
    if (in_piece_ == size) {
      ++piece_;
      in_piece_ = 0;
      continue;
    }
    DOORMAN_CHECK(zeros_until(offset));
    const Bytes part =
        bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(size - in_piece_, bytes.size())));
    DOORMAN_CHECK(visitor_.data(part));
    expanded_ += part.size();
    in_piece_ += part.size();
    bytes.remove_prefix(part.size());
  }
  return {};
}

Status TarParser::end_content() {
  if (wanted_) {
    if (sparse_) DOORMAN_CHECK(zeros_until(entry_.size));
    DOORMAN_CHECK(visitor_.end());
  }
  end_data();
  return {};
}

void TarParser::end_data() {
  wanted_ = false;
  extension_ = {};
  state_ = padding_ == 0 ? State::header : State::padding;
}

}  // namespace doorman::parse::image
