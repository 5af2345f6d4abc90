using System.Diagnostics.Metrics;
using ModelServing.Contracts;
using ModelServing.Router.Endpoints;
using ModelServing.Router.Metrics;

namespace ModelServing.Router.Routing;

/// <summary>The gauges that show the current routing table.</summary>
internal static class RoutingGauges
{
    internal static void Add(RouterMetrics metrics, RoutingTableHolder holder)
    {
        var series = metrics.Series;
        metrics.Meter.CreateObservableGauge(
            MetricNames.RouterEndpoints,
            () => Sums(
                from version in holder.Current?.Versions ?? []
                let name = NameOf(series, version.Model, version.Version)
                from state in Enum.GetValues<EndpointState>()
                select ((name.Model, name.Version, (string?)TextOf(state)), version.Endpoints.CountIn(state))),
            "{endpoint}",
            "Endpoints by state.");
        metrics.Meter.CreateObservableGauge(
            MetricNames.RouterCondemned,
            () => Sums(
                from model in holder.Current?.Models ?? []
                from version in model.State?.Versions.Values ?? []
                where version.Condemned is not null
                let name = NameOf(series, model.Name, version.Version)
                select ((name.Model, name.Version, (string?)null), 1)),
            "{version}",
            "Condemned versions: they get no traffic until a person resets them.");
        metrics.Meter.CreateObservableGauge(
            MetricNames.RouterRolloutRefused,
            () => Sums(
                from model in holder.Current?.Models ?? []
                select ((NameOf(series, model), (string?)null, (string?)null), model.Effective.Refused is null ? 0 : 1)),
            "{model}",
            "1 while the plan's rollout is refused because its stable version is condemned (the last good one is served, if any); else 0.");
        metrics.Meter.CreateObservableGauge(
            MetricNames.RouterSlowLimit,
            () =>
                from model in holder.Current?.Models ?? []
                let limit = model.SlowLimit.Current
                // The limits of different models add up to nothing.
                where limit is not null && NameOf(series, model) != NamedSeries.Others
                select new Measurement<double>(
                    limit.Value.TotalSeconds, new KeyValuePair<string, object?>(MetricNames.Model, model.Name.Text)),
            "s",
            "The time above which an answer counts as slow in a rollout without slowerThan; it follows from stable's own answers.");
    }

    private static (string Model, string? Version) NameOf(NamedSeries series, ModelName model, ModelVersion version) =>
        series.Has(model, version) ? (model.Text, version.ToString()) : (NamedSeries.Others, NamedSeries.Others);

    private static string NameOf(NamedSeries series, ModelRoute model) =>
        series.Has(model.Name, model.Effective.Planned.Stable.Version) ? model.Name.Text : NamedSeries.Others;

    // Versions that are not named share a measurement.
    private static IEnumerable<Measurement<int>> Sums(
        IEnumerable<((string Model, string? Version, string? State) Name, int Count)> counts) => counts
        .GroupBy(static count => count.Name, static count => count.Count)
        .Select(static group => new Measurement<int>(
            group.Sum(),
            ((KeyValuePair<string, object?>[])
            [
                new(MetricNames.Model, group.Key.Model),
                new(MetricNames.Version, group.Key.Version),
                new(MetricNames.State, group.Key.State),
            ]).Where(static dimension => dimension.Value is not null)));

    private static string TextOf(EndpointState state) => state switch
    {
        EndpointState.Ready => "ready",
        EndpointState.Ejected => "ejected",
        _ => "unreachable",
    };
}
