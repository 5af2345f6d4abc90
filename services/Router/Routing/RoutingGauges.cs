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
        metrics.Meter.CreateObservableGauge(
            MetricNames.RouterEndpoints,
            () =>
                from version in holder.Current?.Versions ?? []
                from state in Enum.GetValues<EndpointState>()
                select new Measurement<int>(
                    version.Endpoints.CountIn(state),
                    new KeyValuePair<string, object?>(MetricNames.Model, version.Model.Text),
                    new KeyValuePair<string, object?>(MetricNames.Version, version.VersionText),
                    new KeyValuePair<string, object?>(MetricNames.State, TextOf(state))),
            "{endpoint}",
            "Endpoints by state.");
        metrics.Meter.CreateObservableGauge(
            MetricNames.RouterCondemned,
            () =>
                from model in holder.Current?.Models ?? []
                from version in model.State?.Versions.Values ?? []
                where version.Condemned is not null
                select new Measurement<int>(
                    1,
                    new KeyValuePair<string, object?>(MetricNames.Model, model.Name.Text),
                    new KeyValuePair<string, object?>(MetricNames.Version, version.Version.ToString())),
            "{version}",
            "Condemned versions: they get no traffic until a person resets them.");
        metrics.Meter.CreateObservableGauge(
            MetricNames.RouterRolloutRefused,
            () =>
                from model in holder.Current?.Models ?? []
                select new Measurement<int>(
                    model.Effective.Refused is null ? 0 : 1,
                    new KeyValuePair<string, object?>(MetricNames.Model, model.Name.Text)),
            "{model}",
            "1 while the plan's rollout is refused because its stable version is condemned (the last good one is served, if any); else 0.");
        metrics.Meter.CreateObservableGauge(
            MetricNames.RouterSlowLimit,
            () =>
                from model in holder.Current?.Models ?? []
                let limit = model.SlowLimit.Current
                where limit is not null
                select new Measurement<double>(
                    limit.Value.TotalSeconds, new KeyValuePair<string, object?>(MetricNames.Model, model.Name.Text)),
            "s",
            "The time above which an answer counts as slow in a rollout without slowerThan; it follows from stable's own answers.");
    }

    private static string TextOf(EndpointState state) => state switch
    {
        EndpointState.Ready => "ready",
        EndpointState.Ejected => "ejected",
        _ => "unreachable",
    };
}
