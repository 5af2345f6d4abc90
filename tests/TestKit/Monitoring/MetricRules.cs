using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ModelServing.TestKit.Monitoring;

/// <summary>Monitoring's published limits for posted metrics.</summary>
public static partial class MetricRules
{
    /// <summary>The upper bound of a post's streams.</summary>
    public const int MaxStreams = 50;

    private static readonly TimeSpan Past = TimeSpan.FromHours(2);
    private static readonly TimeSpan Future = TimeSpan.FromMinutes(10);

    /// <summary>Returns the reason why Monitoring rejects a stream, or null if it accepts it.</summary>
    public static string? FaultOf(JsonObject stream, string? compartment, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (compartment is not null && (string?)stream["compartmentId"] != compartment)
            return "compartmentId is unknown";
        if ((string?)stream["namespace"] is not { } space || !Namespace.IsMatch(space) || IsReserved(space))
            return "namespace is not valid";
        if ((string?)stream["name"] is not { } name || !Name.IsMatch(name))
            return "name is not valid";
        if (stream["dimensions"] is not JsonObject { Count: >= 1 and <= 20 } dimensions)
            return "the number of dimensions is not from 1 to 20";
        foreach (var (key, value) in dimensions)
        {
            if (key.Length is 0 or > 256 || !key.All(static c => c is > ' ' and <= '~') || (string?)value is not { Length: > 0 and <= 512 })
                return $"dimension {key} is not valid";
        }

        if (stream["datapoints"] is not JsonArray { Count: > 0 } points)
            return "datapoints is empty";
        foreach (var point in points.OfType<JsonObject>())
        {
            var time = DateTimeOffset.Parse((string)point["timestamp"]!, CultureInfo.InvariantCulture);
            if (time < now - Past || time > now + Future)
                return $"timestamp {time:O} is too far from now";
            if ((int?)point["count"] is < 1 || !double.IsFinite((double)point["value"]!))
                return "a datapoint is not valid";
        }

        return null;
    }

    private static bool IsReserved(string space) =>
        space.StartsWith("oci_", StringComparison.Ordinal) || space.StartsWith("oracle_", StringComparison.Ordinal);

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_]*\z")]
    private static partial Regex Namespace { get; }

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9._$-]*\z")]
    private static partial Regex Name { get; }
}
