// SPDX-License-Identifier: Apache-2.0
#include "base/yaml.h"

#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <string>

#include "base/text.h"

namespace doorman::base {

static constexpr std::uint32_t none = 0xffffffff;

/// Children are linked, so that a node costs the same whatever it holds; the members of a mapping are key, value,
/// key, value. An alias is a copy of the node that it names, with its own place and its own next sibling.
struct YamlNode {
  YamlValue::Kind kind = YamlValue::Kind::missing;
  bool plain = false;
  std::uint32_t line = 0, column = 0;
  std::uint32_t text_at = 0, text_size = 0;
  std::uint32_t first_child = none, next = none;
};

struct YamlTree {
  std::string text;
  std::vector<YamlNode> nodes;
  std::vector<std::uint32_t> roots;
};

namespace {

/// How much a finished node stands for, aliases included.
struct Extent {
  std::size_t nodes = 1;
  std::size_t text_bytes = 0;
  std::size_t height = 1;
};

struct Anchored {
  std::uint32_t node = none;
  Extent extent;
};

struct OpenCollection {
  std::uint32_t node = none;
  std::uint32_t last_child = none;
  Extent extent;
  std::string anchor;
};

class Parser {
 public:
  explicit Parser(Bytes text) : ready_(yaml_parser_initialize(&parser_) == 1) {
    if (text.data() == nullptr) text = "";  // libyaml asserts
    if (ready_)
      yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  ~Parser() {
    if (ready_) yaml_parser_delete(&parser_);
  }

  Status next(yaml_event_t& event) {
    if (ready_ && yaml_parser_parse(&parser_, &event) == 1) return {};
    if (!ready_ || parser_.error == YAML_MEMORY_ERROR) return Error(ErrorCode::limit, "YAML: out of memory");
    const bool at_offset = parser_.error == YAML_READER_ERROR;
    const char* problem = parser_.problem == nullptr ? "malformed YAML" : parser_.problem;
    if (at_offset) return Error(ErrorCode::invalid, fmt::format("byte {}: {}", parser_.problem_offset, problem));
    return Error(ErrorCode::invalid, fmt::format("line {}: {}", parser_.problem_mark.line + 1, problem));
  }

 private:
  yaml_parser_t parser_{};
  bool ready_;
};

class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&event_); }

  yaml_event_t& operator*() { return event_; }
  yaml_event_t* operator->() { return &event_; }

 private:
  yaml_event_t event_{};
};

std::string_view view(const yaml_char_t* text) {
  return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

// libyaml compares each %TAG directive with all before it.
Status check_directives(Bytes text) {
  std::size_t count = text.starts_with('%') ? 1 : 0;
  for (std::size_t at = text.find("\n%"); at != Bytes::npos; at = text.find("\n%", at + 2)) ++count;
  if (count <= YamlDocument::max_directives) return {};
  return Error(ErrorCode::limit, fmt::format("YAML with more than {} directives", YamlDocument::max_directives));
}

/// Makes the tree out of libyaml's events, one call an event.
class Builder {
 public:
  explicit Builder(YamlTree& tree) : tree_(tree) {}

  /// False after the end of the stream.
  Result<bool> take(const yaml_event_t& event) {
    switch (event.type) {
      case YAML_STREAM_END_EVENT:
        return false;
      case YAML_NO_EVENT:
      case YAML_STREAM_START_EVENT:
      case YAML_DOCUMENT_END_EVENT:
        return true;
      case YAML_DOCUMENT_START_EVENT:
        anchors_.clear();
        return true;
      case YAML_ALIAS_EVENT:
        return done(add_alias(event));
      case YAML_SCALAR_EVENT:
        return done(add_scalar(event));
      case YAML_SEQUENCE_START_EVENT:
        return done(open(event, YamlValue::Kind::sequence, view(event.data.sequence_start.anchor)));
      case YAML_MAPPING_START_EVENT:
        return done(open(event, YamlValue::Kind::mapping, view(event.data.mapping_start.anchor)));
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        close();
        return true;
    }
    return true;
  }

 private:
  static Result<bool> done(const Status& status) {
    if (!status.ok()) return status.error();
    return true;
  }

  static Error limit(const yaml_event_t& event, std::string_view what, std::size_t bound) {
    return {ErrorCode::limit,
            fmt::format("line {}: YAML with more than {} {}", event.start_mark.line + 1, bound, what)};
  }

  Status add_scalar(const yaml_event_t& event) {
    const auto& scalar = event.data.scalar;
    YamlNode node = place(event, YamlValue::Kind::scalar);
    node.plain = scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node.text_at = static_cast<std::uint32_t>(tree_.text.size());
    node.text_size = static_cast<std::uint32_t>(scalar.length);
    tree_.text.append(reinterpret_cast<const char*>(scalar.value), scalar.length);
    const Extent extent = {1, scalar.length, 1};
    DOORMAN_CHECK(add(event, node, extent));
    remember(view(scalar.anchor), {last_node(), extent});
    return {};
  }

  Status add_alias(const yaml_event_t& event) {
    const auto found = anchors_.find(view(event.data.alias.anchor));
    if (found == anchors_.end()) {
      return Error(ErrorCode::invalid,
                   fmt::format("line {}: alias of an unknown or unfinished anchor", event.start_mark.line + 1));
    }
    YamlNode node = tree_.nodes[found->second.node];
    const YamlNode here = place(event, node.kind);
    node.line = here.line;
    node.column = here.column;
    node.next = none;
    return add(event, node, found->second.extent);
  }

  Status open(const yaml_event_t& event, YamlValue::Kind kind, std::string_view anchor) {
    DOORMAN_CHECK(add(event, place(event, kind), {}));
    // Its extent reaches its parent when it closes; until then the parent has counted the node alone.
    open_.push_back({last_node(), none, {}, std::string(anchor)});
    return {};
  }

  void close() {
    OpenCollection closed = std::move(open_.back());
    open_.pop_back();
    remember(closed.anchor, {closed.node, closed.extent});
    if (open_.empty()) return;
    Extent& outer = open_.back().extent;
    outer.nodes += closed.extent.nodes - 1;
    outer.text_bytes += closed.extent.text_bytes;
    outer.height = std::max(outer.height, closed.extent.height + 1);
  }

  Status add(const yaml_event_t& event, const YamlNode& node, Extent extent) {
    if (open_.size() + extent.height > YamlDocument::max_depth)
      return limit(event, "levels", YamlDocument::max_depth);
    total_.nodes += extent.nodes;
    total_.text_bytes += extent.text_bytes;
    if (total_.nodes > YamlDocument::max_nodes) return limit(event, "nodes", YamlDocument::max_nodes);
    if (total_.text_bytes > YamlDocument::max_text_bytes) {
      return limit(event, "bytes of text", YamlDocument::max_text_bytes);
    }
    const auto index = static_cast<std::uint32_t>(tree_.nodes.size());
    tree_.nodes.push_back(node);
    if (open_.empty()) {
      tree_.roots.push_back(index);
      return {};
    }
    OpenCollection& parent = open_.back();
    std::uint32_t& link =
        parent.last_child == none ? tree_.nodes[parent.node].first_child : tree_.nodes[parent.last_child].next;
    link = index;
    parent.last_child = index;
    parent.extent.nodes += extent.nodes;
    parent.extent.text_bytes += extent.text_bytes;
    parent.extent.height = std::max(parent.extent.height, extent.height + 1);
    return {};
  }

  static YamlNode place(const yaml_event_t& event, YamlValue::Kind kind) {
    YamlNode node;
    node.kind = kind;
    node.line = static_cast<std::uint32_t>(event.start_mark.line + 1);
    node.column = static_cast<std::uint32_t>(event.start_mark.column + 1);
    return node;
  }

  void remember(std::string_view anchor, Anchored what) {
    if (!anchor.empty()) anchors_.insert_or_assign(std::string(anchor), what);
  }
  [[nodiscard]] std::uint32_t last_node() const { return static_cast<std::uint32_t>(tree_.nodes.size() - 1); }

  YamlTree& tree_;
  std::vector<OpenCollection> open_;
  std::map<std::string, Anchored, std::less<>> anchors_;
  Extent total_{0, 0, 0};
};

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

}  // namespace

YamlDocument::YamlDocument(std::unique_ptr<const YamlTree> tree) : tree_(std::move(tree)) {}
YamlDocument::YamlDocument(YamlDocument&&) noexcept = default;
YamlDocument& YamlDocument::operator=(YamlDocument&&) noexcept = default;
YamlDocument::~YamlDocument() = default;

Result<YamlDocument> YamlDocument::parse(Bytes text) {
  if (text.size() > max_bytes) return Error(ErrorCode::limit, "YAML text over the limit of 32 MiB");
  DOORMAN_CHECK(check_directives(text));
  auto tree = std::make_unique<YamlTree>();
  Builder builder(*tree);
  Parser parser(text);
  for (bool more = true; more;) {
    Event event;
    DOORMAN_CHECK(parser.next(*event));
    DOORMAN_TRY(more, builder.take(*event));
  }
  return YamlDocument(std::move(tree));
}

YamlValue YamlDocument::root() const { return tree_->roots.empty() ? YamlValue() : roots().front(); }

std::vector<YamlValue> YamlDocument::roots() const {
  std::vector<YamlValue> roots;
  for (const std::uint32_t index : tree_->roots) {
    roots.push_back(YamlValue(tree_.get(), index));
  }
  return roots;
}

const YamlNode& YamlValue::node() const {
  static constexpr YamlNode nowhere;
  return tree_ == nullptr ? nowhere : tree_->nodes[index_];
}

YamlValue::Kind YamlValue::kind() const { return node().kind; }
std::size_t YamlValue::line() const { return node().line; }
std::size_t YamlValue::column() const { return node().column; }
bool YamlValue::is_plain() const { return node().plain; }

std::optional<std::string_view> YamlValue::text() const {
  if (!is_scalar()) return std::nullopt;
  return std::string_view(tree_->text).substr(node().text_at, node().text_size);
}

bool YamlValue::is_null() const { return is_plain() && one_of(text_or(""), {"", "~", "null", "Null", "NULL"}); }

std::optional<bool> YamlValue::boolean() const {
  if (!is_plain()) return std::nullopt;
  if (one_of(text_or(""), {"true", "True", "TRUE"})) return true;
  if (one_of(text_or(""), {"false", "False", "FALSE"})) return false;
  return std::nullopt;
}

std::optional<std::int64_t> YamlValue::integer() const {
  std::string_view digits = text_or("");
  if (digits.starts_with('+') && digits.size() > 1 && is_digit(digits[1])) digits.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (!is_plain() || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

YamlValue YamlValue::operator[](std::string_view key) const {
  if (!is_mapping()) return {};
  for (std::uint32_t child = node().first_child; child != none;) {
    const YamlValue name(tree_, child);
    const YamlValue value(tree_, name.node().next);
    if (name.text() == key) return value;
    child = value.node().next;
  }
  return {};
}

std::vector<YamlValue> YamlValue::items() const {
  std::vector<YamlValue> items;
  if (!is_sequence()) return items;
  for (std::uint32_t child = node().first_child; child != none; child = tree_->nodes[child].next) {
    items.push_back(YamlValue(tree_, child));
  }
  return items;
}

std::vector<YamlValue::Member> YamlValue::members() const {
  std::vector<Member> members;
  if (!is_mapping()) return members;
  for (std::uint32_t child = node().first_child; child != none;) {
    const YamlValue key(tree_, child);
    const YamlValue value(tree_, key.node().next);
    members.push_back({key, value});
    child = value.node().next;
  }
  return members;
}

}  // namespace doorman::base
