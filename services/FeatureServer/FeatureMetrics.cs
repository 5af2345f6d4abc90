using System.Diagnostics.Metrics;
using System.Globalization;
using ModelServing.Clients;
using ModelServing.Contracts;
using ModelServing.FeatureServer.Events;
using ModelServing.FeatureServer.Views;
using ModelServing.Features.Engine;
using ModelServing.Hosting;

namespace ModelServing.FeatureServer;

/// <summary>The metrics of the feature server.</summary>
internal sealed class FeatureMetrics : IClientMetrics
{
    private static readonly (ApplyOutcome Outcome, string Name)[] Outcomes =
    [
        (ApplyOutcome.Applied, "applied"),
        (ApplyOutcome.AlreadyApplied, "already-applied"),
        (ApplyOutcome.Duplicate, "duplicate"),
        (ApplyOutcome.Late, "late"),
        (ApplyOutcome.OtherSource, "other-source"),
        (ApplyOutcome.Unreadable, "unreadable"),
    ];

    private readonly Counter<long> accepted;
    private readonly Counter<long> refused;
    private readonly Counter<long> clientFaults;

    public FeatureMetrics(IMeterFactory factory, OpenLog open, ServedViewTable views)
    {
        var meter = Telemetry.CreateMeter(factory);
        accepted = meter.CreateCounter<long>(MetricNames.FeaturesAccepted, "{event}", "Events that are in the event log.");
        refused = meter.CreateCounter<long>(MetricNames.FeaturesRefused, "{request}", "Posts of events that were refused.");
        clientFaults = meter.CreateCounter<long>(
            MetricNames.FeaturesClientFaults,
            "{fault}",
            "Clients documents that could not be used, and token keys that could not be fetched.");
        meter.CreateObservableGauge(
            MetricNames.FeaturesUnshipped,
            () => open.Current?.UnshippedEvents ?? 0,
            "{event}",
            "Events that the object store does not have yet.");
        meter.CreateObservableGauge(
            MetricNames.FeaturesLogBytes, () => open.Current?.Bytes ?? 0, "By", "The event log's segments on the volume.");
        meter.CreateObservableCounter(
            MetricNames.FeaturesApplied,
            () => views.All.Where(static view => view.Follower is not null).SelectMany(static view => Outcomes.Select(outcome =>
                Measure(
                    view,
                    view.Follower!.Counts[outcome.Outcome],
                    new KeyValuePair<string, object?>(MetricNames.Outcome, outcome.Name)))),
            "{event}",
            "Events that a view was given.");
        meter.CreateObservableGauge(
            MetricNames.FeaturesLag,
            () => views.All.Select(view => Measure(
                view, Math.Max(0, (open.Current?.LastSequence ?? 0) - (view.Follower?.AppliedTo ?? 0)))),
            "{event}",
            "Events of the log that are not applied to a view yet.");
        meter.CreateObservableGauge(
            MetricNames.FeaturesFilled,
            () => views.All.Select(static view => Measure(view, view.Follower?.IsFilled == true ? 1 : 0)),
            "1",
            "Whether a view's features can be read.");
    }

    void IClientMetrics.DocumentRefused() => clientFaults.Add(1, new KeyValuePair<string, object?>(MetricNames.Reason, "document"));

    void IClientMetrics.KeyFetchFailed() => clientFaults.Add(1, new KeyValuePair<string, object?>(MetricNames.Reason, "keys"));

    internal void Accepted(int events) => accepted.Add(events);

    internal void Refused(Problem problem) => refused.Add(1, new KeyValuePair<string, object?>(MetricNames.Reason, problem.Reason));

    private static Measurement<long> Measure(LoadedView view, long value, params ReadOnlySpan<KeyValuePair<string, object?>> more) => new(
        value,
        [
            new(MetricNames.View, view.Name.View),
            new(MetricNames.Version, view.Name.Version.ToString(CultureInfo.InvariantCulture)),
            .. more,
        ]);
}
