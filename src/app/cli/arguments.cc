// SPDX-License-Identifier: Apache-2.0
#include "app/cli/arguments.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/cli/options.h"
#include "app/cli/table.h"
#include "app/cli/words.h"
#include "base/nearest.h"
#include "base/text.h"

namespace doorman::app::cli {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

Error usage(std::string message) { return {ErrorCode::usage, std::move(message)}; }

std::string listed(const std::vector<std::string_view>& words) { return fmt::format("{}", fmt::join(words, ", ")); }

class ArgumentParser {
 public:
  explicit ArgumentParser(std::span<const std::string> arguments) : arguments_(arguments) {}

  Result<Arguments> parse() {
    if (arguments_.empty()) return Arguments{&verb_of(VerbId::help), {}, {}};
    while (next_ < arguments_.size()) {
      const std::string_view argument = arguments_[next_++];
      if (only_operands_ || argument == "-" || !argument.starts_with('-')) DOORMAN_CHECK(word(argument));
      else if (argument == "--") only_operands_ = true;
      else if (argument.starts_with("--")) DOORMAN_CHECK(long_option(argument.substr(2)));
      else DOORMAN_CHECK(letters(argument.substr(1)));
    }
    if (asked(options::version)) return Arguments{&verb_of(VerbId::version), {}, {}};
    if (asked(options::help)) return help();
    DOORMAN_CHECK(check_complete());
    return Arguments{verb_, std::move(operands_), std::move(settings_)};
  }

 private:
  Status word(std::string_view word) {
    if (verb_ != nullptr) {
      operands_.emplace_back(word);
      return {};
    }
    const auto expected = next_words(typed_);
    if (std::find(expected.begin(), expected.end(), word) == expected.end()) {
      return usage(fmt::format("`{}{}` is no verb ({}){}", typed_, base::printable(word), listed(expected),
                               base::did_you_mean(word, expected)));
    }
    typed_ += word;
    const auto found = std::ranges::find(verbs(), std::string_view(typed_), &Verb::words);
    if (found == verbs().end()) {
      typed_ += ' ';
      return {};
    }
    verb_ = *found;
    options_ = options_of(*verb_);
    return {};
  }

  Status long_option(std::string_view text) {
    const std::size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    const Option* option = find_by_name(options_, name);
    if (option == nullptr) return unknown_option(name);
    if (equals != std::string_view::npos) return set(*option, text.substr(equals + 1));
    if (option->is_flag()) return set(*option, "true");
    return set_from_next(*option);
  }

  Status letters(std::string_view text) {
    while (!text.empty()) {
      const char letter = text.front();
      text.remove_prefix(1);
      const Option* option = find_by_letter(options_, letter);
      if (option == nullptr) {
        return usage(fmt::format("-{} is no option{}", base::printable({&letter, 1}), of_verb()));
      }
      if (option->is_flag()) {
        DOORMAN_CHECK(set(*option, "true"));
        continue;
      }
      if (text.empty()) return set_from_next(*option);
      return set(*option, text);
    }
    return {};
  }

  [[nodiscard]] Status unknown_option(std::string_view name) const {
    return usage(fmt::format("--{} is no option{}{}", base::printable(name), of_verb(),
                             base::did_you_mean(name, names_of(options_), "--")));
  }

  [[nodiscard]] std::string of_verb() const {
    return verb_ == nullptr ? " here: options follow the verb" : fmt::format(" of {}", verb_->words);
  }

  Status set_from_next(const Option& option) {
    const bool there = next_ < arguments_.size();
    const std::string_view value = there ? std::string_view(arguments_[next_]) : std::string_view();
    if (!there || (value.size() > 1 && value.starts_with('-'))) {
      const std::string_view hint = there ? "; a value that begins with a dash is written with =" : "";
      return usage(fmt::format("--{} needs a value, {}{}", option.name, option.value, hint));
    }
    ++next_;
    return set(option, value);
  }

  Status set(const Option& option, std::string_view value) {
    DOORMAN_CHECK(check_value(option, value).in(fmt::format("--{}", option.name)));
    const auto given = std::find_if(settings_.begin(), settings_.end(),
                                    [&](const Setting& setting) { return setting.option == &option; });
    if (given == settings_.end()) settings_.push_back({&option, {std::string(value)}});
    else if (option.repeatable) given->values.emplace_back(value);
    else given->values = {std::string(value)};
    return {};
  }

  [[nodiscard]] bool asked(const Option& flag) const {
    return std::any_of(settings_.begin(), settings_.end(), [&](const Setting& setting) {
      return setting.option == &flag && parse_truth(setting.values.back()).value_or(false);
    });
  }

  /// `doorman scan --help` is `doorman help scan`; half a verb (`doorman db --help`) is enough.
  Arguments help() {
    std::vector<std::string> about;
    for (const std::string_view word : base::split(base::trim(typed_), ' ')) {
      if (!word.empty()) about.emplace_back(word);
    }
    std::vector<Setting> kept;
    for (Setting& setting : settings_) {
      const auto& taken = verb_of(VerbId::help).options;
      if (std::find(taken.begin(), taken.end(), setting.option) != taken.end()) kept.push_back(std::move(setting));
    }
    return {&verb_of(VerbId::help), std::move(about), std::move(kept)};
  }

  [[nodiscard]] Status check_complete() const {
    if (verb_ == nullptr && typed_.empty()) return usage("a verb is missing; `doorman --help` lists them");
    if (verb_ == nullptr) {
      return usage(fmt::format("{} needs one word more: {}", base::trim(typed_), listed(next_words(typed_))));
    }
    if (operands_.size() < verb_->min_operands) {
      return usage(
          fmt::format("{} needs {}; `doorman {} --help` tells more", verb_->words, verb_->operands, verb_->words));
    }
    if (operands_.size() > verb_->max_operands) {
      return usage(
          fmt::format("{} does not take `{}`", verb_->words, base::printable(operands_[verb_->max_operands])));
    }
    if (!verb_->operand_choices.empty()) {
      for (const std::string& operand : operands_) {
        const auto& choices = verb_->operand_choices;
        if (std::find(choices.begin(), choices.end(), operand) == choices.end()) {
          return usage(fmt::format("{}: `{}` is none of {}", verb_->words, base::printable(operand),
                                   listed({choices.begin(), choices.end()})));
        }
      }
    }
    return {};
  }

  std::span<const std::string> arguments_;
  std::size_t next_ = 0;
  bool only_operands_ = false;
  const Verb* verb_ = nullptr;
  std::string typed_;  ///< the words of the verb so far; ends in a space while more must follow
  std::vector<const Option*> options_ = options_without_verb();
  std::vector<std::string> operands_;
  std::vector<Setting> settings_;
};

}  // namespace

Result<Arguments> parse_arguments(std::span<const std::string> arguments) {
  return ArgumentParser(arguments).parse();
}

}  // namespace doorman::app::cli
