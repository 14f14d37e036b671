// SPDX-License-Identifier: Apache-2.0
// The schemes, one file each; what is promised of all of them stands in version.h.
#pragma once

#include <compare>
#include <string_view>

namespace doorman::derive::version {

std::weak_ordering compare_debian(std::string_view a, std::string_view b);
bool valid_debian(std::string_view text);

std::weak_ordering compare_rpm(std::string_view a, std::string_view b);
bool valid_rpm(std::string_view text);

std::weak_ordering compare_alpine(std::string_view a, std::string_view b);
bool valid_alpine(std::string_view text);

std::weak_ordering compare_semver(std::string_view a, std::string_view b);
bool valid_semver(std::string_view text);

std::weak_ordering compare_pep440(std::string_view a, std::string_view b);
bool valid_pep440(std::string_view text);

std::weak_ordering compare_maven(std::string_view a, std::string_view b);
bool valid_maven(std::string_view text);

std::weak_ordering compare_rubygems(std::string_view a, std::string_view b);
bool valid_rubygems(std::string_view text);

std::weak_ordering compare_nuget(std::string_view a, std::string_view b);
bool valid_nuget(std::string_view text);

std::weak_ordering compare_packagist(std::string_view a, std::string_view b);
bool valid_packagist(std::string_view text);

std::weak_ordering compare_cran(std::string_view a, std::string_view b);
bool valid_cran(std::string_view text);

std::weak_ordering compare_hackage(std::string_view a, std::string_view b);
bool valid_hackage(std::string_view text);

std::weak_ordering compare_pub(std::string_view a, std::string_view b);
bool valid_pub(std::string_view text);

}  // namespace doorman::derive::version
