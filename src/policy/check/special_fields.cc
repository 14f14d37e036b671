// SPDX-License-Identifier: Apache-2.0
// Source: the flags EPF_NO_TRANSFORMER, EPF_NO_RHS and EPF_IS_LIST and the functions compare_* in
// falcosecurity/libs userspace/libsinsp/sinsp_filtercheck_{fd,thread,event}.cpp.
#include "policy/check/special_fields.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace doorman::policy {
namespace {

constexpr std::array<std::string_view, 7> ancestors = {"proc.aexe",     "proc.aexepath", "proc.aname", "proc.aargs",
                                                       "proc.acmdline", "proc.aenv",     "proc.apid"};
constexpr std::array<std::string_view, 4> ends = {"fd.ip", "fd.port", "fd.proto", "fd.net"};
constexpr std::array<std::string_view, 10> others_alone = {
    "evt.rawarg", "evt.around",  "fd.cnet",     "fd.snet",     "fd.lnet",
    "fd.rnet",    "fd.cip.name", "fd.sip.name", "fd.lip.name", "fd.rip.name"};

template <std::size_t count>
bool is_one_of(const std::array<std::string_view, count>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

Several several_of(const model::Field& field, const model::FieldUse& use) {
  if (field.name == "fd.types") return Several::plain_list;
  if (!field.list) return Several::one;
  if (is_one_of(ends, field.name)) return Several::ends;
  const bool chosen = use.has_argument && (field.argument == model::FieldArgument::optional_index ||
                                           field.argument == model::FieldArgument::optional_key);
  if (chosen) return Several::one;
  return is_one_of(ancestors, field.name) ? Several::ancestors : Several::list;
}

bool takes_functions(const model::Field& field) {
  return !is_one_of(ancestors, field.name) && !is_one_of(ends, field.name) && !is_one_of(others_alone, field.name);
}

bool takes_fields(const model::Field& field) { return field.name != "fd.types" && takes_functions(field); }

}  // namespace doorman::policy
