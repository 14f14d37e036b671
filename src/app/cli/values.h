// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/event_record.h"
#include "model/field.h"
#include "model/flow.h"
#include "model/guard_record.h"
#include "model/image.h"
#include "model/verdict.h"
#include "model/vulnerability.h"

/// The values of options: how each is written, and what it becomes. All of them are pure, and a mistake is a
/// `usage` error that names the value and, where there is one, the nearest that would do.
namespace doorman::app::cli {

enum class ReportFormat : std::uint8_t { table, json, cyclonedx, spdx, sarif };
inline constexpr std::array<std::string_view, 5> report_format_names = {"table", "json", "cyclonedx", "spdx",
                                                                        "sarif"};
std::string_view to_text(ReportFormat format);
base::Result<ReportFormat> parse_report_format(std::string_view text);

enum class PolicyFormat : std::uint8_t { table, json };
inline constexpr std::array<std::string_view, 2> policy_format_names = {"table", "json"};
base::Result<PolicyFormat> parse_policy_format(std::string_view text);

enum class FieldsFormat : std::uint8_t { table, json, markdown };
inline constexpr std::array<std::string_view, 3> fields_format_names = {"table", "json", "markdown"};
base::Result<FieldsFormat> parse_fields_format(std::string_view text);

/// What `source:` takes in a rule file.
inline constexpr std::array<std::string_view, model::event_source_count> event_source_names = {
    "syscall", "image", "package", "vulnerability", "file", "secret", "admission", "flow", "k8s_audit", "host"};
base::Result<model::EventSource> parse_event_source(std::string_view text);

enum class Verify : std::uint8_t {
  digests,  ///< of what is read; a cached layer is not read again
  full,     ///< read everything again, and check the diffIDs as well
};
inline constexpr std::array<std::string_view, 2> verify_names = {"digests", "full"};
base::Result<Verify> parse_verify(std::string_view text);

enum class ColorChoice : std::uint8_t { automatic, always, never };
inline constexpr std::array<std::string_view, 3> color_names = {"auto", "always", "never"};
base::Result<ColorChoice> parse_color(std::string_view text);

base::Result<model::DriftMode> parse_drift_mode(std::string_view text);

inline constexpr std::array<std::string_view, 4> flow_mode_names = {"off", "discover", "monitor", "protect"};
base::Result<model::FlowMode> parse_flow_mode(std::string_view text);

enum class AlertFormat : std::uint8_t { text, json };
inline constexpr std::array<std::string_view, 2> alert_format_names = {"text", "json"};
base::Result<AlertFormat> parse_alert_format(std::string_view text);

enum class FlowFormat : std::uint8_t { table, json, dot, svg };
inline constexpr std::array<std::string_view, 4> flow_format_names = {"table", "json", "dot", "svg"};
base::Result<FlowFormat> parse_flow_format(std::string_view text);

/// What `flows suggest` writes.
enum class FlowSuggestion : std::uint8_t { policy, networkpolicy };
inline constexpr std::array<std::string_view, 2> flow_suggestion_names = {"policy", "networkpolicy"};
base::Result<FlowSuggestion> parse_flow_suggestion(std::string_view text);

inline constexpr std::array<std::string_view, 2> on_error_names = {"deny", "allow"};
base::Result<model::OnError> parse_on_error(std::string_view text);

/// What becomes of a container whose image was never scanned.
enum class Unscanned : std::uint8_t { scan, pass, refuse };
inline constexpr std::array<std::string_view, 3> unscanned_names = {"scan", "pass", "refuse"};
base::Result<Unscanned> parse_unscanned(std::string_view text);

enum class Shell : std::uint8_t { bash, zsh, fish };
inline constexpr std::array<std::string_view, 3> shell_names = {"bash", "zsh", "fish"};
base::Result<Shell> parse_shell(std::string_view text);

/// Which severities are shown.
class SeverityFilter {
 public:
  static SeverityFilter all() { return SeverityFilter(0xff); }
  static SeverityFilter at_least(model::Severity lowest);
  static SeverityFilter only(model::Severity severity) { return SeverityFilter(bit(severity)); }

  void add(SeverityFilter other) { mask_ = static_cast<std::uint8_t>(mask_ | other.mask_); }
  [[nodiscard]] bool shows(model::Severity severity) const { return (mask_ & bit(severity)) != 0; }

 private:
  explicit SeverityFilter(std::uint8_t mask) : mask_(mask) {}
  static std::uint8_t bit(model::Severity severity) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(severity));
  }
  std::uint8_t mask_;
};

inline constexpr std::array<std::string_view, 6> severity_names = {"critical", "high", "medium",
                                                                   "low",      "none", "unknown"};
/// `all`, or a comma-separated list of severities in either case; `high+` means high and above.
base::Result<SeverityFilter> parse_severity_filter(std::string_view text);

inline constexpr std::array<std::string_view, 7> fail_on_names = {"any", "critical", "high",   "medium",
                                                                  "low", "none",     "unknown"};
/// The lowest severity that fails. `any` is `unknown`, the lowest there is.
base::Result<model::Severity> parse_fail_on(std::string_view text);

/// One `--output`: `FILE`, or `FORMAT=FILE`. What stands before the first `=` must be a format, unless it has a
/// slash: `./a=b` is a file. `-` is standard output.
struct OutputRequest {
  std::optional<ReportFormat> format;
  std::string file;
};
base::Result<OutputRequest> parse_output(std::string_view text);

/// Where one report goes, and in which form.
struct Destination {
  ReportFormat format = ReportFormat::table;
  std::string file;  ///< `-` for standard output

  bool operator==(const Destination&) const = default;
};
/// With no request, one report on standard output. A request without a format of its own takes `format`, if
/// given, else what the file's name says (.cdx.json, .spdx.json, .sarif, .json), else a table. Naming a file
/// twice is an error.
base::Result<std::vector<Destination>> plan_outputs(std::optional<ReportFormat> format,
                                                    std::span<const OutputRequest> requests);

/// `os/architecture` or `os/architecture/variant`; a bare architecture means linux.
base::Result<model::Platform> parse_platform(std::string_view text);

/// `2024-05-01` or an RFC 3339 time.
base::Result<base::Time> parse_moment(std::string_view text);

/// A moment that is past: itself, or so long ago.
struct PastMoment {
  std::optional<base::Time> at;
  std::chrono::seconds ago{0};  ///< where there is no `at`

  [[nodiscard]] base::Time from(base::Time now) const { return at ? *at : now - ago; }
};
/// `90s`, `10m`, `2h`, `3d`; else what parse_moment takes.
base::Result<PastMoment> parse_past_moment(std::string_view text);

/// Kinds of records, and what the door told.
class KindFilter {
 public:
  void add(model::EventRecord::Kind kind) { mask_ |= bit(kind); }
  void add_admissions() { admissions_ = true; }
  [[nodiscard]] bool has_admissions() const { return admissions_; }
  [[nodiscard]] bool has(model::EventRecord::Kind kind) const { return (mask_ & bit(kind)) != 0; }

 private:
  static std::uint32_t bit(model::EventRecord::Kind kind) { return 1U << static_cast<unsigned>(kind); }
  std::uint32_t mask_ = 0;
  bool admissions_ = false;
};
/// Those of records, in their order; then the door's.
inline constexpr std::array<std::string_view, 14> kind_names = {
    "call", "exec", "fork",  "exit", "change", "container", "cgroup",
    "flow", "dns",  "drift", "lost", "alert",  "mapped",    "admission"};
/// A comma-separated list of these.
base::Result<KindFilter> parse_kinds(std::string_view text);

/// Text that is not empty: what something in a file is called.
base::Result<std::string> parse_item_name(std::string_view text);

/// Text that is not empty and holds no NUL: the name of a file or folder.
base::Result<std::string> parse_file_name(std::string_view text);

template <std::uint64_t lowest, std::uint64_t highest>
base::Result<std::uint64_t> parse_count(std::string_view text);
/// The common part of parse_count.
base::Result<std::uint64_t> parse_number_within(std::string_view text, std::uint64_t lowest, std::uint64_t highest);

template <std::uint64_t lowest, std::uint64_t highest>
base::Result<std::uint64_t> parse_count(std::string_view text) {
  return parse_number_within(text, lowest, highest);
}

/// `1`, `true`, `yes`, `on` and their opposites, in either case: a flag in the environment or a file.
base::Result<bool> parse_truth(std::string_view text);

}  // namespace doorman::app::cli
