using System.Globalization;

namespace ModelServing.TestKit.Functions;

/// <summary>The function's answer as the platform sees it.</summary>
/// <param name="Status">The HTTP status on the socket.</param>
/// <param name="Headers">All headers.</param>
/// <param name="Body">The body.</param>
public sealed record FnAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>The function's own status, from Fn-Http-Status; null if that header is missing.</summary>
    public int? HttpStatus =>
        Headers.TryGetValue("Fn-Http-Status", out var status) ? int.Parse(status, CultureInfo.InvariantCulture) : null;
}
