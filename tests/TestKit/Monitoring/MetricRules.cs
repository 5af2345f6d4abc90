using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ModelServing.TestKit.Monitoring;

/// <summary>What Monitoring takes: the limits that are published of posted metrics.</summary>
public static partial class MetricRules
{
    /// <summary>The most streams of a post.</summary>
    public const int MaxStreams = 50;

    private static readonly TimeSpan Past = TimeSpan.FromHours(2);
    private static readonly TimeSpan Future = TimeSpan.FromMinutes(10);

    /// <summary>Why a stream is not taken; null where it is.</summary>
    public static string? FaultOf(JsonObject stream, string? compartment, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (compartment is not null && (string?)stream["compartmentId"] != compartment)
            return "compartmentId is not known";
        if ((string?)stream["namespace"] is not { } space || !Namespace.IsMatch(space) || space.StartsWith("oci_", StringComparison.Ordinal) || space.StartsWith("oracle_", StringComparison.Ordinal))
            return "namespace is none";
        if ((string?)stream["name"] is not { } name || !Name.IsMatch(name))
            return "name is none";
        if (stream["dimensions"] is not JsonObject { Count: >= 1 and <= 20 } dimensions)
            return "there are not 1 to 20 dimensions";
        foreach (var (key, value) in dimensions)
        {
            if (key.Length is 0 or > 256 || !key.All(static c => c is > ' ' and <= '~') || (string?)value is not { Length: > 0 and <= 512 })
                return $"dimension {key} is none";
        }

        if (stream["datapoints"] is not JsonArray { Count: > 0 } points)
            return "there are no datapoints";
        foreach (var point in points.OfType<JsonObject>())
        {
            var time = DateTimeOffset.Parse((string)point["timestamp"]!, CultureInfo.InvariantCulture);
            if (time < now - Past || time > now + Future)
                return $"timestamp {time:O} is too far from now";
            if ((int?)point["count"] is < 1 || !double.IsFinite((double)point["value"]!))
                return "a datapoint is none";
        }

        return null;
    }

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_]*\z")]
    private static partial Regex Namespace { get; }

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9._$-]*\z")]
    private static partial Regex Name { get; }
}
