// SPDX-License-Identifier: Apache-2.0
#include "base/json_edit.h"

#include <algorithm>
#include <span>

#include "base/json.h"
#include "base/json_writer.h"

namespace doorman::base {
namespace {

constexpr std::string_view blanks = " \t\r\n", mark = "\xef\xbb\xbf";

/// `{"a": {"b": VALUE}}` of what is missing.
std::string nested(std::span<const std::string_view> names, std::string_view value) {
  std::string text;
  for (const std::string_view name : names) text.append("{").append(json_text(name)).append(": ");
  text.append(value).append(names.size(), '}');
  return text;
}

}  // namespace

Result<JsonText> JsonText::parse(std::string text) {
  DOORMAN_CHECK(JsonDocument::parse(text));
  return JsonText(std::move(text));
}

// The text is sound JSON, so that what follows need not look for an end that is not there.

std::size_t JsonText::skip_blanks(std::size_t at) const {
  return std::min(text_.find_first_not_of(blanks, at), text_.size());
}

std::size_t JsonText::skip_string(std::size_t at) const {
  for (++at; text_[at] != '"'; ++at) {
    if (text_[at] == '\\') ++at;
  }
  return at + 1;
}

std::size_t JsonText::skip_value(std::size_t at) const {
  std::size_t depth = 0;
  do {
    const char c = text_[at];
    if (c == '"') {
      at = skip_string(at);
    } else if (c == '{' || c == '[') {
      ++depth;
      ++at;
    } else if (c == '}' || c == ']') {
      --depth;
      ++at;
    } else if (depth != 0) {
      ++at;
    } else {
      at = std::min(text_.find_first_of(" \t\r\n,]}", at), text_.size());
    }
  } while (depth != 0);
  return at;
}

JsonText::Span JsonText::root() const {
  const std::size_t begin = skip_blanks(text_.starts_with(mark) ? mark.size() : 0);
  return {begin, skip_value(begin)};
}

bool JsonText::is_key(Span key, std::string_view name) const {
  const std::string_view written = std::string_view(text_).substr(key.begin, key.end - key.begin);
  if (written.find('\\') == written.npos) return written.substr(1, written.size() - 2) == name;
  const auto plain = JsonDocument::parse(written);
  return plain.ok() && plain->root().string() == name;
}

std::optional<JsonText::Member> JsonText::member(std::size_t object, std::string_view name) const {
  if (text_[object] != '{') return std::nullopt;
  std::size_t at = skip_blanks(object + 1);
  while (text_[at] != '}') {
    const Span key{at, skip_string(at)};
    const std::size_t begin = skip_blanks(skip_blanks(key.end) + 1);
    const Span value{begin, skip_value(begin)};
    if (is_key(key, name)) return Member{key, value};
    at = skip_blanks(value.end);
    if (text_[at] == ',') at = skip_blanks(at + 1);
  }
  return std::nullopt;
}

std::optional<std::string_view> JsonText::find(Path path) const {
  Span at = root();
  for (const std::string_view name : path) {
    const auto found = member(at.begin, name);
    if (!found) return std::nullopt;
    at = found->value;
  }
  return std::string_view(text_).substr(at.begin, at.end - at.begin);
}

Status JsonText::set(Path path, std::string_view value, std::string_view lead) {
  const std::span<const std::string_view> names(path.begin(), path.size());
  Span at = root();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool is_null = text_.compare(at.begin, at.end - at.begin, "null") == 0;
    if (is_null && i != 0) {
      text_.replace(at.begin, at.end - at.begin, nested(names.subspan(i), value));
      return {};
    }
    if (text_[at.begin] != '{') {
      return Error(ErrorCode::invalid, "JSON: no object holds `" + std::string(names[i]) + "`");
    }
    const auto found = member(at.begin, names[i]);
    if (!found) {
      const bool is_empty = text_[skip_blanks(at.begin + 1)] == '}';
      std::string added(lead);
      added.append(json_text(names[i])).append(": ").append(nested(names.subspan(i + 1), value));
      if (!is_empty) added += ',';
      text_.insert(at.begin + 1, added);
      return {};
    }
    at = found->value;
  }
  text_.replace(at.begin, at.end - at.begin, value);
  return {};
}

Status JsonText::append(Path path, std::string_view value) {
  const auto array = find(path);
  if (!array || *array == "null") return set(path, "[" + std::string(value) + "]");
  if (array->front() != '[') return Error(ErrorCode::invalid, "JSON: no array to append to");
  const auto end = static_cast<std::size_t>(array->data() + array->size() - text_.data()) - 1;
  const std::string_view inside = array->substr(1, array->size() - 2);
  const bool is_empty = inside.find_first_not_of(blanks) == inside.npos;
  text_.insert(end, (is_empty ? "" : ",") + std::string(value));
  return {};
}

bool JsonText::erase(Path path) {
  Span at = root();
  std::optional<Member> found;
  for (const std::string_view name : path) {
    found = member(at.begin, name);
    if (!found) return false;
    at = found->value;
  }
  if (!found) return false;
  std::size_t begin = found->key.begin, end = skip_blanks(found->value.end);
  while (blanks.find(text_[begin - 1]) != blanks.npos) --begin;
  if (text_[end] == ',') ++end;
  else end = found->value.end;
  if (text_[end - 1] != ',' && text_[begin - 1] == ',') --begin;
  text_.erase(begin, end - begin);
  return true;
}

}  // namespace doorman::base
