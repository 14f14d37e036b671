// SPDX-License-Identifier: Apache-2.0
#include "model/admission_record.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/image_record_table.h"

namespace doorman::model {
namespace {

using R = const AdmissionRequest&;
using U = const FieldUse&;
using A = base::Arena&;
using record::text_if;
using record::texts_of;
Value truth_if(const std::optional<bool>& truth) { return truth ? Value::of(*truth) : Value(); }

Value label_of(const Container::Labels& labels, std::string_view key) {
  const std::string* const found = find_label(labels, key);
  return found == nullptr ? Value() : Value::of(*found);
}

Value all_labels(const Container::Labels& labels, base::Arena& scratch) {
  return labels.empty() ? Value() : Value::of(scratch.copy(label_list(labels)));
}

const ImageFacts* facts_of(R request) { return request.container.image_facts.get(); }

/// A container without an image has nothing that could be scanned.
Value is_scanned(R request) {
  const bool has_image = !request.container.image_id.empty() || !request.container.image.empty();
  return !has_image || request.scan_unread ? Value() : Value::of(facts_of(request) != nullptr);
}

Value worst_of(R request) {
  const ImageFacts* facts = facts_of(request);
  return facts == nullptr || !facts->worst ? Value() : Value::of(to_text(*facts->worst));
}

Value worst_rank_of(R request) {
  const ImageFacts* facts = facts_of(request);
  return facts == nullptr || !facts->worst ? Value() : Value::of_natural(static_cast<std::uint64_t>(*facts->worst));
}

Value secrets_of(R request) {
  const ImageFacts* facts = facts_of(request);
  return facts == nullptr || !facts->secrets ? Value() : Value::of_natural(*facts->secrets);
}

template <std::string ImageFacts::* member>
Value fact_text(R request) {
  const ImageFacts* facts = facts_of(request);
  return facts == nullptr ? Value() : text_if(facts->*member);
}

Value created_of(R request) {
  const ImageFacts* facts = facts_of(request);
  return facts == nullptr ? Value() : record::time_if(facts->created);
}

Value age_of(R request) {
  const ImageFacts* facts = facts_of(request);
  if (facts == nullptr || !facts->created || !request.now) return {};
  return record::image_age(*facts->created, *request.now);
}

template <bool ImageFacts::* member>
Value fact(R request) {
  const ImageFacts* facts = facts_of(request);
  return facts == nullptr ? Value() : Value::of(facts->*member);
}

Value natural_if(const std::optional<std::uint32_t>& number) {
  return number ? Value::of_natural(*number) : Value();
}

template <typename Read>
Value of_neighbours(R request, Read read) {
  return request.neighbours ? read(*request.neighbours) : Value();
}

template <std::optional<std::uint32_t> Neighbours::* member>
Value neighbours_trust(R request) {
  return of_neighbours(request, [](const Neighbours& beside) { return natural_if(beside.*member); });
}

template <std::vector<std::string> Neighbours::* member>
Value neighbours_texts(R request, A scratch) {
  return of_neighbours(request, [&](const Neighbours& beside) { return texts_of(beside.*member, scratch); });
}

template <typename Read>
Value of_farthest(R request, Read read) {
  return of_neighbours(
      request, [&](const Neighbours& beside) { return beside.farthest ? read(*beside.farthest) : Value(); });
}

const record::FieldTable<AdmissionRequest>& table() {
  static const record::FieldTable<AdmissionRequest> rows = {
      {FieldId::evt_source, [](R, U, A) { return Value::of(to_text(EventSource::admission)); }},
      {FieldId::admission_operation, [](R, U, A) { return Value::of(std::string_view("create")); }},

      {FieldId::container_id, [](R r, U, A) { return text_if(short_id(r.container.id)); }},
      {FieldId::container_full_id, [](R r, U, A) { return text_if(r.container.id); }},
      {FieldId::container_name, [](R r, U, A) { return text_if(r.container.name); }},
      {FieldId::container_type, [](R r, U, A) { return text_if(r.container.engine); }},
      {FieldId::container_kind, [](R r, U, A) { return text_if(r.kind); }},
      {FieldId::container_image, [](R r, U, A) { return text_if(r.container.image); }},
      {FieldId::container_image_id, [](R r, U, A) { return text_if(short_id(r.container.image_id)); }},
      {FieldId::container_image_repository, [](R r, U, A) { return text_if(r.container.repository); }},
      {FieldId::container_image_tag, [](R r, U, A) { return text_if(r.container.tag); }},
      {FieldId::container_image_digest, [](R r, U, A) { return text_if(r.container.digest); }},
      {FieldId::container_label, [](R r, U u, A) { return label_of(r.container.labels, u.key); }},
      {FieldId::container_labels, [](R r, U, A a) { return all_labels(r.container.labels, a); }},

      {FieldId::container_env, [](R r, U u, A a) { return record::env_of(r.env, u, a); }},
      {FieldId::container_user, [](R r, U, A a) { return Value::of(a.copy(fmt::format("{}:{}", r.uid, r.gid))); }},
      {FieldId::container_is_root, [](R r, U, A) { return Value::of(r.uid == 0); }},
      {FieldId::container_privileged, [](R r, U, A) { return truth_if(r.container.privileged); }},
      {FieldId::container_read_only_root, [](R r, U, A) { return Value::of(r.read_only_root); }},
      {FieldId::container_no_new_privileges, [](R r, U, A) { return Value::of(r.no_new_privileges); }},
      {FieldId::container_capabilities, [](R r, U, A a) { return texts_of(r.capabilities, a); }},
      {FieldId::container_capabilities_add, [](R r, U, A a) { return texts_of(r.capabilities_add, a); }},
      {FieldId::container_capabilities_drop, [](R r, U, A a) { return texts_of(r.capabilities_drop, a); }},
      {FieldId::container_seccomp, [](R r, U, A) { return text_if(r.seccomp); }},
      {FieldId::container_apparmor, [](R r, U, A) { return text_if(r.apparmor); }},
      {FieldId::container_selinux_type, [](R r, U, A) { return text_if(r.selinux_type); }},
      {FieldId::container_proc_mount, [](R r, U, A) { return text_if(r.proc_mount); }},
      {FieldId::container_sysctls, [](R r, U, A a) { return texts_of(r.sysctls, a); }},

      {FieldId::container_host_pid, [](R r, U, A) { return truth_if(r.container.host_pid); }},
      {FieldId::container_host_network, [](R r, U, A) { return truth_if(r.container.host_network); }},
      {FieldId::container_host_ipc, [](R r, U, A) { return truth_if(r.container.host_ipc); }},
      {FieldId::container_host_users, [](R r, U, A) { return truth_if(r.host_users); }},

      {FieldId::container_host_paths, [](R r, U, A a) { return texts_of(r.host_paths, a); }},
      {FieldId::container_writable_host_paths, [](R r, U, A a) { return texts_of(r.writable_host_paths, a); }},
      {FieldId::container_engine_sockets, [](R r, U, A a) { return texts_of(r.engine_sockets, a); }},
      {FieldId::container_devices, [](R r, U, A a) { return texts_of(r.devices, a); }},
      {FieldId::container_limits_memory,
       [](R r, U, A) { return r.memory_limit ? Value::of_natural(*r.memory_limit) : Value(); }},
      {FieldId::container_limits_cpu,
       [](R r, U, A) { return r.cpu_limit ? Value::of_real(*r.cpu_limit) : Value(); }},

      {FieldId::container_trust, [](R r, U, A) { return natural_if(r.trust); }},
      {FieldId::neighbour_count,
       [](R r, U, A) { return of_neighbours(r, [](const auto& n) { return Value::of_natural(n.count); }); }},
      {FieldId::neighbour_names, [](R r, U, A a) { return neighbours_texts<&Neighbours::names>(r, a); }},
      {FieldId::neighbour_images, [](R r, U, A a) { return neighbours_texts<&Neighbours::images>(r, a); }},
      {FieldId::neighbour_trust_lowest, [](R r, U, A) { return neighbours_trust<&Neighbours::lowest_trust>(r); }},
      {FieldId::neighbour_trust_highest, [](R r, U, A) { return neighbours_trust<&Neighbours::highest_trust>(r); }},
      {FieldId::neighbour_trust_distance,
       [](R r, U, A) { return of_farthest(r, [](const auto& f) { return Value::of_natural(f.distance); }); }},
      {FieldId::neighbour_trust_farthest,
       [](R r, U, A) { return of_farthest(r, [](const auto& f) { return Value::of(f.name); }); }},
      {FieldId::neighbour_shared_paths,
       [](R r, U, A a) { return neighbours_texts<&Neighbours::shared_paths>(r, a); }},

      {FieldId::k8s_pod_name, [](R r, U, A) { return text_if(r.container.pod_name); }},
      {FieldId::k8s_pod_uid, [](R r, U, A) { return text_if(r.container.pod_uid); }},
      {FieldId::k8s_ns_name, [](R r, U, A) { return text_if(r.container.pod_namespace); }},
      {FieldId::k8s_pod_label, [](R r, U u, A) { return label_of(r.container.pod_labels, u.key); }},
      {FieldId::k8s_pod_labels, [](R r, U, A a) { return all_labels(r.container.pod_labels, a); }},
      {FieldId::k8s_pod_annotation, [](R r, U u, A) { return label_of(r.annotations, u.key); }},

      {FieldId::image_digest, [](R r, U, A) { return text_if(r.container.image_id); }},
      {FieldId::image_manifest, [](R r, U, A) { return text_if(r.container.digest); }},
      {FieldId::image_reference, [](R r, U, A) { return text_if(r.image.reference); }},
      {FieldId::image_registry, [](R r, U, A) { return text_if(r.image.registry); }},
      {FieldId::image_repository, [](R r, U, A) { return text_if(r.image.repository); }},
      {FieldId::image_tag, [](R r, U, A) { return text_if(r.image.tag); }},
      {FieldId::image_by_digest,
       [](R r, U, A) { return r.image.reference.empty() ? Value() : Value::of(r.image.by_digest); }},
      {FieldId::image_is_root, [](R r, U, A) { return fact<&ImageFacts::runs_as_root>(r); }},
      {FieldId::image_secrets, [](R r, U, A) { return secrets_of(r); }},
      {FieldId::image_base_name, [](R r, U, A) { return fact_text<&ImageFacts::base_name>(r); }},
      {FieldId::image_base_digest, [](R r, U, A) { return fact_text<&ImageFacts::base_digest>(r); }},
      {FieldId::image_created, [](R r, U, A) { return created_of(r); }},
      {FieldId::image_age_days, [](R r, U, A) { return age_of(r); }},
      {FieldId::image_scanned, [](R r, U, A) { return is_scanned(r); }},
      {FieldId::image_worst_fixable, [](R r, U, A) { return worst_of(r); }},
      {FieldId::image_worst_fixable_rank, [](R r, U, A) { return worst_rank_of(r); }},
      {FieldId::image_known_exploited, [](R r, U, A) { return fact<&ImageFacts::known_exploited>(r); }},
  };
  return rows;
}

}  // namespace

Value AdmissionRecord::read(const FieldUse& use, base::Arena& scratch) const {
  return table().read(request_, use, scratch);
}

}  // namespace doorman::model
