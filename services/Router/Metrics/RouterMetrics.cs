using System.Diagnostics.Metrics;
using ModelServing.Clients;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Hosting;

namespace ModelServing.Router.Metrics;

/// <summary>The router's counters and its latency histogram. The gauges are added where their state is.</summary>
public sealed class RouterMetrics : IClientMetrics
{
    private readonly Histogram<double> duration;
    private readonly Counter<long> errors;
    private readonly Counter<long> refusedRequests;
    private readonly Counter<long> refusedDocuments;
    private readonly Counter<long> failedKeyFetches;
    private readonly Counter<long> failedLookups;
    private readonly Counter<long> planInterruptions;
    private readonly Counter<long> attempts;
    private readonly Counter<long> retries;
    private readonly Counter<long> refusedRetries;
    private readonly Counter<long> ejections;
    private readonly Counter<long> rollbacks;
    private readonly Counter<long> journalFailures;
    private readonly Counter<long> uncountedFailures;

    public RouterMetrics(IMeterFactory factory, NamedSeries? series = null)
    {
        Series = series ?? new NamedSeries();
        Meter = Telemetry.CreateMeter(factory);
        duration = Meter.CreateLatencyHistogram(
            MetricNames.RouterRequestDuration,
            "Time from a request's head to the last byte of its answer.");
        errors = Count(MetricNames.RouterErrors, "{request}", "Requests that ended with a status of 500 or above.");
        refusedRequests = Count(
            MetricNames.RouterRefusedRequests,
            "{request}",
            "Requests that were not admitted, or for which no variant was found.");
        refusedDocuments = Count(
            MetricNames.RouterRefusedDocuments,
            "{document}",
            "Plans, endpoints files and clients documents that could not be used.");
        failedKeyFetches = Count(MetricNames.RouterFailedKeyFetches, "{fetch}", "Failed fetches of token keys. The last good keys stay.");
        failedLookups = Count(
            MetricNames.RouterFailedLookups,
            "{lookup}",
            "Failed lookups of a version's name. Its last good addresses stay.");
        planInterruptions = Count(
            MetricNames.RouterPlanInterruptions,
            "{interruption}",
            "Times that the plan could no longer be watched, or failed for a new reason. The last good plan stays.");
        attempts = Count(
            MetricNames.RouterAttempts,
            "{attempt}",
            "First attempts of requests that a rollout with more than one variant assigned.");
        retries = Count(
            MetricNames.RouterRetries,
            "{request}",
            "Requests that were sent to stable too, because another variant failed or was slow.");
        refusedRetries = Count(
            MetricNames.RouterRefusedRetries,
            "{request}",
            "Failures that were passed on because the retry budget was empty.");
        ejections = Count(MetricNames.RouterEjections, "{ejection}", "Endpoints that were ejected after failures in a row.");
        rollbacks = Count(MetricNames.RouterRollbacks, "{rollback}", "Versions that this router condemned.");
        journalFailures = Count(MetricNames.RouterJournalFailures, "{failure}", "Times that the journal could not be read or written.");
        uncountedFailures = Count(
            MetricNames.RouterUncountedFailures,
            "{attempt}",
            "Failed first attempts that are not evidence: stable was not asked or failed too, or there was no room.");

        Counter<long> Count(string name, string unit, string description) => Meter.CreateCounter<long>(name, unit, description);
    }

    internal Meter Meter { get; }

    /// <summary>Which versions the metrics name.</summary>
    internal NamedSeries Series { get; }

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

    // By reason alone: the number of series must not depend on what clients send.
    internal void Refused(Problem problem) => refusedRequests.Add(1, new KeyValuePair<string, object?>(MetricNames.Reason, problem.Reason));

    internal void Refused(string document) => refusedDocuments.Add(1, new KeyValuePair<string, object?>(MetricNames.Document, document));

    void IClientMetrics.KeyFetchFailed() => failedKeyFetches.Add(1);

    void IClientMetrics.DocumentRefused() => Refused("clients");

    internal void LookupFailed(ModelName model, ModelVersion version) => failedLookups.Add(1, Series.DimensionsOf(model, version));

    internal void PlanInterrupted(string reason) => planInterruptions.Add(1, new KeyValuePair<string, object?>(MetricNames.Reason, reason));

    internal void Attempted(KeyValuePair<string, object?>[] outcome) => attempts.Add(1, outcome);

    internal void Retried(VariantTags tags, RetryReason reason) => retries.Add(1, tags.With(MetricNames.Reason, TextOf(reason)));

    internal void RetryRefused(VariantTags tags, RetryReason reason) =>
        refusedRetries.Add(1, tags.With(MetricNames.Reason, TextOf(reason)));

    internal void Ejected(EndpointEntry endpoint) => ejections.Add(1, Series.DimensionsOf(endpoint.Model, endpoint.Version));

    internal void RolledBack(RolledBackEvent decision) => rollbacks.Add(
        1,
        (KeyValuePair<string, object?>[])
        [
            .. Series.DimensionsOf(decision.Model, decision.Version),
            new(MetricNames.Reason, decision.Reason.ToString().ToLowerInvariant()),
        ]);

    internal void JournalFailed() => journalFailures.Add(1);

    /// <param name="reason"><c>no-room</c>, <c>not-compared</c> (stable was not asked), <c>body-not-kept</c> (there was no room to keep
    /// the body for stable), <c>stable-failed</c>, or <c>refused</c> (because of other requests, or of a length).</param>
    internal void FailureNotCounted(string reason) =>
        uncountedFailures.Add(1, new KeyValuePair<string, object?>(MetricNames.Reason, reason));

    private static string TextOf(RetryReason reason) => reason switch
    {
        RetryReason.Error => "error",
        RetryReason.ClientError => "client-error",
        RetryReason.NonFinite => "non-finite",
        RetryReason.Slow => "slow",
        RetryReason.ConnectionLost => "connection-lost",
        RetryReason.BadAnswer => "bad-answer",
        RetryReason.Late => "late",
        _ => "unreachable",
    };
}
