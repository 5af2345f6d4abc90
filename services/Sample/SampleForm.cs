using System.Globalization;

namespace ModelServing.Sample;

/// <summary>The forms of times and amounts in the sample's files.</summary>
internal static class SampleForm
{
    internal static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>An amount with two decimal places, also if they are zeros.</summary>
    internal static decimal Amount(int cents) => new(cents, 0, 0, isNegative: false, scale: 2);
}
