using System.Globalization;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Settings.Schema;

/// <summary>How an outcome is written in a stack file.</summary>
internal static class OutcomeForm
{
    /// <summary>Reads <c>true</c>, <c>false</c> or a number as such, and everything else as text.</summary>
    internal static (object? Value, string? Error) Read(string text) => text switch
    {
        "true" => (OutcomeValue.FromFlag(true), null),
        "false" => (OutcomeValue.FromFlag(false), null),
        { Length: 0 or > OutcomeValue.MostText } => (null, $"this is not {OutcomeValue.Form}"),
        _ when PlainNumber.Read(text) is not null => (OutcomeValue.FromNumber(double.Parse(text, CultureInfo.InvariantCulture)), null),
        _ => (OutcomeValue.FromText(text), null),
    };
}
