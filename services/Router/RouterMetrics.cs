using System.Diagnostics.Metrics;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Hosting;
using ModelServing.Router.Endpoints;
using ModelServing.Router.Forwarding;
using ModelServing.Router.Routing;

namespace ModelServing.Router;

/// <summary>What the router counts.</summary>
public sealed class RouterMetrics
{
    private readonly Histogram<double> duration;
    private readonly Counter<long> errors;
    private readonly Counter<long> refusedRequests;
    private readonly Counter<long> refusedDocuments;
    private readonly Counter<long> failedLookups;
    private readonly Counter<long> planInterruptions;
    private readonly Counter<long> attempts;
    private readonly Counter<long> retries;
    private readonly Counter<long> refusedRetries;
    private readonly Counter<long> ejections;
    private readonly Counter<long> rollbacks;
    private readonly Counter<long> journalFailures;
    private readonly Counter<long> uncountedFailures;
    private readonly Meter meter;
    private readonly Counter<long> failedKeyFetches;

    /// <summary>Makes the instruments.</summary>
    public RouterMetrics(IMeterFactory factory)
    {
        meter = Telemetry.CreateMeter(factory);
        duration = meter.CreateLatencyHistogram(MetricNames.RouterRequestDuration, "From a request's head to the last byte of its answer.");
        errors = meter.CreateCounter<long>(MetricNames.RouterErrors, "{request}", "Requests that ended with a status of 500 or above.");
        refusedRequests = meter.CreateCounter<long>(MetricNames.RouterRefusedRequests, "{request}", "Requests that no variant was found for, or that were not let in.");
        refusedDocuments = meter.CreateCounter<long>(MetricNames.RouterRefusedDocuments, "{document}", "Plans, endpoints files and clients documents that could not be used.");
        failedLookups = meter.CreateCounter<long>(MetricNames.RouterFailedLookups, "{lookup}", "Lookups of a version's name that failed, so that its last good addresses stay.");
        planInterruptions = meter.CreateCounter<long>(MetricNames.RouterPlanInterruptions, "{interruption}", "Times that the plan could not be watched any more, or failed for another reason than before, so that the last good one stays.");
        attempts = meter.CreateCounter<long>(MetricNames.RouterAttempts, "{attempt}", "First attempts of requests that a rollout with more than one variant assigned.");
        retries = meter.CreateCounter<long>(MetricNames.RouterRetries, "{request}", "Requests that stable was asked for after another variant failed.");
        refusedRetries = meter.CreateCounter<long>(MetricNames.RouterRefusedRetries, "{request}", "Failures that were passed on because the retry budget was used up.");
        rollbacks = meter.CreateCounter<long>(MetricNames.RouterRollbacks, "{rollback}", "Versions that this router condemned.");
        journalFailures = meter.CreateCounter<long>(MetricNames.RouterJournalFailures, "{failure}", "Times that the journal could not be read or written.");
        uncountedFailures = meter.CreateCounter<long>(MetricNames.RouterUncountedFailures, "{attempt}", "Failed first attempts that the guard had no room for; they are no evidence.");
        ejections = meter.CreateCounter<long>(MetricNames.RouterEjections, "{ejection}", "Endpoints that were ejected after failures in a row.");
        failedKeyFetches = meter.CreateCounter<long>(MetricNames.RouterFailedKeyFetches, "{fetch}", "Fetches of the keys of tokens that failed, so that the last good ones stay.");
    }

    internal void Answered(VariantTags tags, int status, TimeSpan elapsed, string? reason)
    {
        if (status == 200)
        {
            duration.Record(elapsed.TotalSeconds, tags.Ok);
            return;
        }

        duration.Record(elapsed.TotalSeconds, tags.With(MetricNames.Status, status));
        if (status >= 500)
            errors.Add(1, tags.With(MetricNames.Reason, reason ?? "upstream"));
    }

    // By reason alone: what a client asks for is nothing to make a series of.
    internal void Refused(Problem problem) => refusedRequests.Add(1, new KeyValuePair<string, object?>(MetricNames.Reason, problem.Reason));

    internal void Refused(string document) => refusedDocuments.Add(1, new KeyValuePair<string, object?>(MetricNames.Document, document));

    internal void PlanInterrupted(string reason) => planInterruptions.Add(1, new KeyValuePair<string, object?>(MetricNames.Reason, reason));

    internal void Attempted(KeyValuePair<string, object?>[] outcome) => attempts.Add(1, outcome);

    internal void Retried(VariantTags tags, RetryReason reason) => retries.Add(1, tags.With(MetricNames.Reason, TextOf(reason)));

    internal void RetryRefused(VariantTags tags, RetryReason reason) => refusedRetries.Add(1, tags.With(MetricNames.Reason, TextOf(reason)));

    internal void RolledBack(RolledBackEvent decision) => rollbacks.Add(
        1,
        new KeyValuePair<string, object?>(MetricNames.Model, decision.Model.Text),
        new KeyValuePair<string, object?>(MetricNames.Version, decision.Version.ToString()),
        new KeyValuePair<string, object?>(MetricNames.Reason, decision.Reason.ToString().ToLowerInvariant()));

    internal void JournalFailed() => journalFailures.Add(1);

    internal void FailureNotCounted() => uncountedFailures.Add(1);

    internal void Ejected(EndpointEntry endpoint) => ejections.Add(
        1,
        new KeyValuePair<string, object?>(MetricNames.Model, endpoint.Model.Text),
        new KeyValuePair<string, object?>(MetricNames.Version, endpoint.Version.ToString()));

    /// <summary>Shows of the current table how many endpoints are in which state, what is condemned, and which plans are refused.</summary>
    internal void Show(RoutingTableHolder holder)
    {
        meter.CreateObservableGauge(
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
            "Endpoints by their state.");
        meter.CreateObservableGauge(
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
            "Versions that are condemned: they get no traffic until a person resets them.");
        meter.CreateObservableGauge(
            MetricNames.RouterRolloutRefused,
            () =>
                from model in holder.Current?.Models ?? []
                select new Measurement<int>(model.Effective.Refused is null ? 0 : 1, new KeyValuePair<string, object?>(MetricNames.Model, model.Name.Text)),
            unit: null,
            "1 where the plan's rollout is refused, for its stable version is condemned, and the last good one is served or none; else 0.");
    }

    private static string TextOf(EndpointState state) => state switch
    {
        EndpointState.Ready => "ready",
        EndpointState.Ejected => "ejected",
        _ => "unreachable",
    };

    private static string TextOf(RetryReason reason) => reason switch
    {
        RetryReason.Error => "error",
        RetryReason.ConnectionLost => "connection-lost",
        RetryReason.BadAnswer => "bad-answer",
        RetryReason.Late => "late",
        _ => "unreachable",
    };

    internal void KeyFetchFailed() => failedKeyFetches.Add(1);

    internal void LookupFailed(ModelName model, ModelVersion version) => failedLookups.Add(
        1,
        new KeyValuePair<string, object?>(MetricNames.Model, model.Text),
        new KeyValuePair<string, object?>(MetricNames.Version, version.ToString()));
}
