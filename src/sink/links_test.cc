// SPDX-License-Identifier: Apache-2.0
#include "sink/links.h"

#include <gtest/gtest.h>

namespace doorman::sink {
namespace {

TEST(AdvisoryUrl, GoesToWhoGaveTheId) {
  EXPECT_EQ(advisory_url("CVE-2021-44228"), "https://nvd.nist.gov/vuln/detail/CVE-2021-44228");
  EXPECT_EQ(advisory_url("GHSA-jfh8-c2jp-5v3q"), "https://github.com/advisories/GHSA-jfh8-c2jp-5v3q");
  EXPECT_EQ(advisory_url("GO-2024-2687"), "https://pkg.go.dev/vuln/GO-2024-2687");
  EXPECT_EQ(advisory_url("DLA-3000-1"), "https://security-tracker.debian.org/tracker/DLA-3000-1");
  EXPECT_EQ(advisory_url("PYSEC-2023-1"), "https://osv.dev/vulnerability/PYSEC-2023-1");
  EXPECT_EQ(advisory_publisher("CVE-1"), "NVD");
  EXPECT_EQ(advisory_publisher("PYSEC-2023-1"), "OSV");
}

TEST(AdvisoryUrl, AnIdCannotLeaveItsPlace) {
  EXPECT_EQ(advisory_url("CVE-1/../<x>?#"), "https://nvd.nist.gov/vuln/detail/CVE-1%2F..%2F%3Cx%3E%3F%23");
}

TEST(PathToUri, EncodesAllButPlainCharacters) {
  EXPECT_EQ(path_to_uri("usr/lib/a b/100%/ä:c"), "usr/lib/a%20b/100%25/%C3%A4%3Ac");
}

TEST(Uuid, IsMadeFromTheText) {
  const std::string uuid = uuid_of("doorman");
  EXPECT_EQ(uuid, uuid_of("doorman"));
  EXPECT_NE(uuid, uuid_of("doorman "));
  ASSERT_EQ(uuid.size(), 36U);
  EXPECT_EQ(uuid[14], '5');
  EXPECT_NE(std::string_view("89ab").find(uuid[19]), std::string_view::npos);
  for (const std::size_t at : {8U, 13U, 18U, 23U}) EXPECT_EQ(uuid[at], '-');
}

TEST(Uuid, OnlyTheFirstPlaceholderIsTheDocumentsOwn) {
  const std::string text = "id NIL, name NIL";
  EXPECT_EQ(with_own_uuid(text, "NIL"), "id " + uuid_of(text) + ", name NIL");
  EXPECT_EQ(with_own_uuid("none", "NIL"), "none");
}

}  // namespace
}  // namespace doorman::sink
