using System.Globalization;
using ModelServing.Contracts;

namespace ModelServing.Bench.Soak.Overload;

/// <summary>What the service itself measured, from its answer at <c>/metrics</c>.</summary>
/// <param name="Refused">For each upper limit in seconds, how many refusals it needed at most so long for.</param>
/// <param name="Rows">The rows of all calls of the model.</param>
/// <param name="Runs">The calls of the model.</param>
internal sealed record OverloadMetrics(IReadOnlyList<(double Most, double Count)> Refused, double Rows, double Runs)
{
    private static readonly string Duration = NameOf(MetricNames.InferenceRequestDuration) + "_seconds_bucket";
    private static readonly string BatchRows = NameOf(MetricNames.InferenceBatchRows);

    internal static OverloadMetrics Parse(string text)
    {
        var refused = new List<(double, double)>();
        var (rows, runs) = (0.0, 0.0);
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith(Duration, StringComparison.Ordinal) && line.Contains("status=\"503\"", StringComparison.Ordinal))
                refused.Add((LimitIn(line), ValueIn(line)));
            else if (line.StartsWith(BatchRows + "_sum", StringComparison.Ordinal))
                rows += ValueIn(line);
            else if (line.StartsWith(BatchRows + "_count", StringComparison.Ordinal))
                runs += ValueIn(line);
        }

        return new(refused, rows, runs);
    }

    /// <summary>The least limit in milliseconds that this share of the refusals kept, from the request's head to the answer's last
    /// byte.</summary>
    internal double RefusedWithin(double share)
    {
        var all = Refused.Select(static one => one.Count).DefaultIfEmpty().Max();
        return Refused.Where(one => one.Count >= share * all).Select(static one => one.Most).DefaultIfEmpty().Min() * 1000;
    }

    private static double LimitIn(string line)
    {
        const string Label = "le=\"";
        var begin = line.IndexOf(Label, StringComparison.Ordinal) + Label.Length;
        var limit = line[begin..line.IndexOf('"', begin)];
        return limit == "+Inf" ? double.PositiveInfinity : double.Parse(limit, CultureInfo.InvariantCulture);
    }

    private static double ValueIn(string line) =>
        double.Parse(line[(line.IndexOf("} ", StringComparison.Ordinal) + 2)..].Split(' ')[0], CultureInfo.InvariantCulture);

    private static string NameOf(string metric) => metric.Replace('.', '_');
}
