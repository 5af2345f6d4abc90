using System.Globalization;
using ModelServing.Contracts.Monitoring;

namespace ModelServing.Infra.Alarms;

/// <summary>The alarms about the function TrafficSplitter, which callers wait for. They exist as soon as the function does, so they work
/// when the first request is sent to it.</summary>
/// <remarks>docs.oracle.com/iaas/Content/Functions/Reference/functionsmetrics.htm documents the metrics: durations are in milliseconds, and
/// the display name of a function is a dimension, which public programs have with the application's name in front of it.</remarks>
public static class SplitterAlarms
{
    private const string Namespace = "oci_faas";
    private const string OfSplitter = "resourceDisplayName =~ \"*traffic-splitter\"";

    /// <summary>The alarms.</summary>
    /// <param name="longestDeadline">The longest deadline of any rollout.</param>
    public static IReadOnlyList<AlarmDefinition> For(TimeSpan longestDeadline) =>
    [
        new()
        {
            Name = "splitter-errors",
            Namespace = Namespace,
            Query = $"FunctionResponseCount[1m]{{{OfSplitter}, responseType = \"Error\"}}.sum() > 0",
            Pending = TimeSpan.FromMinutes(3),
            Severity = AlarmSeverity.Critical,
            Route = AlarmRoute.People,
            Text = "Calls of TrafficSplitter have failed in each of three minutes, and callers saw a 502 or 504 of the platform's. Look at "
                + "the function's log. To take the function out of the way, set splitting to router and apply.",
        },
        new()
        {
            Name = "splitter-throttles",
            Namespace = Namespace,
            Query = $"FunctionResponseCount[1m]{{{OfSplitter}, responseType = \"Throttled\"}}.sum() > 0",
            Severity = AlarmSeverity.Critical,
            Route = AlarmRoute.People,
            Text = "Calls of TrafficSplitter were refused (429), and callers saw that: the tenancy's concurrency limit in this region is "
                + "used up. Have the limit raised; until then, set splitting to router and apply.",
        },
        new()
        {
            Name = "splitter-duration",
            Namespace = Namespace,
            Query = string.Create(
                CultureInfo.InvariantCulture,
                $"FunctionExecutionDuration[1m]{{{OfSplitter}}}.percentile(0.99) > {longestDeadline.TotalMilliseconds:0}"),
            Pending = TimeSpan.FromMinutes(5),
            Severity = AlarmSeverity.Error,
            Route = AlarmRoute.People,
            Text = "For five minutes, one of a hundred calls of TrafficSplitter has taken longer than the longest deadline of any model. "
                + "Compare with the routers' latency: if they are fast, the function waits for the cache or looks for a router. Raise "
                + "functions.splitter.memoryInMbs if it has too little processor.",
        },
    ];
}
