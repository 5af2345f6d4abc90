using System.CommandLine;

namespace ModelServing.Bench;

/// <summary>The options that the benches share.</summary>
internal static class BenchOptions
{
    internal static Option<int> Rounds(string subject, int defaultValue) =>
        Count("--rounds", $"How many rounds to measure; each round measures every {subject} once.", defaultValue);

    internal static Option<int> Seconds(string subject, int defaultValue) =>
        Count("--seconds", $"How many seconds each {subject} is measured in a round.", defaultValue);

    internal static Option<int> Count(string name, string description, int defaultValue, int max = 1000)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => defaultValue };
        option.Validators.Add(result =>
        {
            var value = result.GetValueOrDefault<int>();
            if (value < 1 || value > max)
                result.AddError($"{name} is {value}; it must be from 1 to {max}");
        });
        return option;
    }

    internal static Option<bool> Short(string plan) => new("--short") { Description = $"Only check that the bench works: {plan}." };

    internal static Option<bool> Json() => new("--json") { Description = "Print the report as JSON." };
}
