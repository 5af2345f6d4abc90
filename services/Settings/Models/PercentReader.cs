using ModelServing.Rollout;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>Reads a share of traffic as a person writes it.</summary>
internal static class PercentReader
{
    /// <summary>Reads a share such as <c>5</c>, <c>12.5</c> or <c>0.01</c>.</summary>
    /// <param name="text">The number in plain digits, without a percent sign.</param>
    /// <param name="percent">The share.</param>
    /// <returns>Null, or the fault.</returns>
    internal static string? Read(string text, out Percent percent)
    {
        percent = default;
        if (PlainNumber.Read(text) is not { } number)
            return $"'{Quoted.From(text)}' is not a number from 0 to 100 in plain digits, as in 5 or 12.5";
        if (number.IsNegative || number.IsAbove(100))
            return $"{Quoted.From(text)} is not between 0 and 100";
        if (number.InSteps(2) is not { } hundredths)
            return $"{Quoted.From(text)} is finer than 0.01";
        percent = Percent.FromHundredths((int)hundredths);
        return null;
    }
}
