#pragma once

#include <CLI/CLI.hpp>

#include <map>
#include <string>

// Checks of options' values whose messages say what is possible.
namespace flare::tools
{
CLI::Validator positive();
CLI::Validator notNegative();
CLI::Validator share();

// An option whose value is one of a few names, in any case.
template<typename T>
CLI::Option* addChoice(CLI::App& command, const std::string& flag, T& value,
  const std::map<std::string, T>& choices, const std::string& text)
{
  std::string names;
  for (const auto& choice : choices)
  {
    names += (names.empty() ? "" : ", ") + choice.first;
  }
  return command
    .add_option_function<std::string>(
      flag,
      [&value, choices, names, flag](const std::string& given)
      {
        const auto choice = choices.find(CLI::detail::to_lower(given));
        if (choice == choices.end())
        {
          throw CLI::ValidationError(flag, "'" + given + "' is none of " + names);
        }
        value = choice->second;
      },
      text)
    ->type_name("NAME");
}
}
