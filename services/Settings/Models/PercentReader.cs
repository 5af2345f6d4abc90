using ModelServing.Rollout;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>Reads a share of the traffic from a stack file.</summary>
internal static class PercentReader
{
    /// <summary>Reads a share such as <c>5</c>, <c>12.5</c> or <c>0.01</c>.</summary>
    /// <param name="text">The percentage in plain digits, without a percent sign.</param>
    /// <param name="percent">The share.</param>
    /// <returns>Null or an error.</returns>
    internal static string? Read(string text, out Percent percent)
    {
        percent = default;
        if (PlainNumber.Read(text) is not { } number)
            return $"'{Quoted.From(text)}' is not a number from 0 to 100 in plain digits, such as 5 or 12.5";
        if (number.IsNegative || number.IsAbove(100))
            return $"{Quoted.From(text)} is not between 0 and 100";
        if (number.InSteps(2) is not { } hundredths)
            return $"{Quoted.From(text)} has more than 2 decimal places";
        percent = Percent.FromHundredths((int)hundredths);
        return null;
    }
}
