using System.Diagnostics.Metrics;
using ModelServing.Contracts;
using ModelServing.Hosting.Connections;
using ModelServing.Hosting.Memory;

namespace ModelServing.Hosting;

/// <summary>The metrics that every host has.</summary>
internal static class HostMetrics
{
    /// <summary>Adds the metrics.</summary>
    /// <param name="factory">Makes the meter.</param>
    /// <param name="connections">The host's connections.</param>
    /// <param name="budget">The host's budget; null if it has none.</param>
    internal static void Add(IMeterFactory factory, ConnectionLimit connections, ByteBudget? budget)
    {
        var meter = Telemetry.CreateMeter(factory);
        meter.CreateObservableGauge(
            MetricNames.HostConnections, () => connections.Count, "{connection}", "Open connections of clients.");
        meter.CreateObservableCounter(
            MetricNames.HostRefusals,
            () => (Measurement<long>[])
            [
                Count(connections.Refused, "too-many-connections"),
                Count(connections.Closed, "idle-connection"),
                Count(budget?.Refused ?? 0, "over-budget"),
                Count(budget?.CutOff ?? 0, "answer-unread"),
            ],
            "{refusal}",
            "Requests and connections that were refused or cut off, so that the process stays within its memory and its file handles.");
        if (budget is null)
            return;
        meter.CreateObservableGauge(
            MetricNames.HostMemoryReserved, () => budget.Reserved, "By", "Bytes that the requests in flight have taken.");
        meter.CreateObservableGauge(
            MetricNames.HostMemoryBudget, () => budget.Limit, "By", "Bytes that the requests in flight may take together.");
    }

    private static Measurement<long> Count(long count, string reason) =>
        new(count, new KeyValuePair<string, object?>(MetricNames.Reason, reason));
}
