using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;

namespace ModelServing.Services.Tests.Journal;

/// <summary>Events of the model <c>fraud</c>.</summary>
internal static class SomeEvents
{
    internal static readonly ModelName Fraud = ModelName.Parse("fraud");
    internal static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Stable alone, or with a canary that has <paramref name="weight"/> of the buckets.</summary>
    internal static RolloutPlan Plan(int stable, int? canary = null, int weight = 500) => canary is { } version
        ? Plan($"{stable}-{version}", ("canary", version, weight), ("stable", stable, PlanDocument.Buckets - weight))
        : Plan($"{stable}", ("stable", stable, PlanDocument.Buckets));

    internal static RolloutPlan Plan(string revision, params (string Name, int Version, int Weight)[] variants) => new()
    {
        Revision = revision,
        DeadlineMilliseconds = 1000,
        AttemptLimitMilliseconds = variants.Length == 1 ? null : 500,
        Guard = variants.Length == 1 ? null : new GuardPlan { Tolerance = 1.5, FalseAlarm = 0.001, UnreachableForMilliseconds = 60_000 },
        Variants = [.. variants.Select(static variant => new VariantPlan(variant.Name, new ModelVersion(variant.Version), variant.Weight))],
    };

    internal static RolledBackEvent RolledBack(int version, int trial = 1, string? evidence = null) => new()
    {
        Model = Fraud,
        Time = Noon,
        Version = new ModelVersion(version),
        Trial = trial,
        Variant = "canary",
        Reason = RollbackReason.Guard,
        Who = "router-1",
        Evidence = evidence is null ? null : JsonElement.Parse(evidence),
    };

    internal static ResetEvent Reset(int version, int trial = 2) =>
        new() { Model = Fraud, Time = Noon, Version = new ModelVersion(version), Trial = trial, Who = "ada", Why = "fixed" };

    internal static AppliedEvent Applied(RolloutPlan rollout) => new(Fraud, Noon, rollout);

    internal static StartedEvent Started(RolloutPlan rollout) => new(Fraud, Noon, rollout);

    internal static RefusedEvent Refused(RolloutPlan rollout, int version, int trial = 1) =>
        new(Fraud, Noon, rollout, new ModelVersion(version), trial);

    /// <summary>The events numbered from <paramref name="from"/>.</summary>
    internal static IReadOnlyList<JournalEvent> Numbered(IEnumerable<JournalEvent> events, long from = 1) =>
        [.. events.Select((e, i) => e with { Seq = from + i })];
}
