using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Journal;
using ModelServing.Rollout.Guard;
using ModelServing.Rollout.Journal;
using ModelServing.Router.Endpoints;
using ModelServing.Router.Metrics;
using ModelServing.Router.Rollouts;
using ModelServing.Router.Rollouts.Watching;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Admin;

/// <summary>Reads the status of rollouts from this router's current routing table and board.</summary>
internal sealed class RolloutStatusReader(
    RoutingTableHolder holder,
    RolloutBoard board,
    RouterSettings settings,
    TimeProvider time,
    TrafficExchange traffic,
    AskedReadiness readiness,
    RouterCache? cache = null)
{
    /// <summary>Reads the status of all models. While the cache does not answer, the figures are this router's alone.</summary>
    internal async Task<RolloutsStatus> ReadAsync(CancellationToken cancellation)
    {
        var models = new List<ModelStatus>();
        var isReached = cache?.IsReached;
        await AskAsync(holder.Current?.Models ?? [], cancellation);
        foreach (var model in holder.Current?.Models.OrderBy(static model => model.Name) ?? Enumerable.Empty<ModelRoute>())
        {
            // Once is enough to learn that it does not answer.
            var others = isReached == false ? null : await traffic.OthersAsync(model.Name, cancellation);
            if (others is null)
                isReached = false;
            models.Add(Read(model, others));
        }

        return new RolloutsStatus { Router = traffic.Router, Journal = board.Reach, CacheReached = isReached, Models = models };
    }

    internal async Task<ModelStatus?> ReadAsync(ModelName model, CancellationToken cancellation)
    {
        if (holder.Current is not { } table || !table.TryGetModel(model.Text, out var route))
            return null;
        await AskAsync([route], cancellation);
        return Read(route, await traffic.OthersAsync(model, cancellation));
    }

    private Task AskAsync(IEnumerable<ModelRoute> models, CancellationToken cancellation) => readiness.RefreshAsync(
        models.SelectMany(static model => model.Variants.Concat(model.Pinned)).Select(static variant => variant.Endpoints), cancellation);

    private ModelStatus Read(ModelRoute model, IReadOnlyDictionary<VariantRun, AttemptHistory>? others)
    {
        var served = model.Effective;
        return new ModelStatus
        {
            Model = model.Name,
            Condition = served.IsCondemnedStable ? RolloutCondition.CondemnedStable
                : served.Refused is not null ? RolloutCondition.Refused
                : served.JournalUnread ? RolloutCondition.JournalUnread
                : RolloutCondition.Serving,
            Revision = served.Rollout?.Revision,
            Planned = served.Refused is null ? null : served.Planned,
            Experiment = served.Rollout?.Experiment,
            Variants = [.. served.Variants.Reverse().Select(variant => Read(model, variant, others))],
            KeptWarm = [.. (served.Rollout?.KeptWarm ?? [])
                .Select(version => new KeptVersionStatus(version, ReadyOf(model.Pin(version.ToString()))))],
            Condemned = [.. (model.State?.Versions.Values ?? [])
                .Select(static version => version.Condemned)
                .OfType<RolledBackEvent>()
                .Select(Read)],
            LastSeq = model.State?.LastSeq ?? 0,
            JournalFault = board.FaultOf(model.Name),
        };
    }

    private VariantStatus Read(
        ModelRoute model, EffectiveVariant variant, IReadOnlyDictionary<VariantRun, AttemptHistory>? others)
    {
        var route = model.VariantNamed(variant.Plan.Name);
        return new VariantStatus(
            variant.Plan.Name,
            variant.Plan.Version,
            variant.Trial,
            variant.Plan.Weight,
            variant.Weight,
            route?.Endpoints.Count ?? 0,
            ReadyOf(route))
        {
            Guard = model.Watched.FirstOrDefault(watched => watched.Variant == variant.Plan.Name) is { } watched ? Read(watched) : null,
            Figures = route is null ? null : FiguresOf(route, others),
        };
    }

    private VariantFigures? FiguresOf(VariantRoute route, IReadOnlyDictionary<VariantRun, AttemptHistory>? others)
    {
        var own = traffic.Own(route);
        if (others?.GetValueOrDefault(TrafficExchange.RunOf(route)) is not { } reported)
            return own?.ToFigures();
        var sum = own ?? new AttemptHistory();
        sum.Add(reported, TimeSpan.Zero);
        return sum.ToFigures();
    }

    private GuardStatus Read(WatchedVariant watched)
    {
        var version = watched.Version;
        var standing = version.Last ?? new WatchedVersion.Standing(ClientCounts.Empty, GuardScope.Sum);
        var readings = GuardRule.Read(standing.Counts, watched.Policy, standing.Scope)
            .Select(static reading => new KindStatus(
                GuardEvidence.Word(reading.Kind),
                reading.Evidence,
                reading.Threshold,
                reading.Watched,
                reading.Other));
        return new GuardStatus(
            version.StartedAt,
            version.MinuteAt(time.GetUtcNow()),
            standing.Scope == GuardScope.Sum ? "sum" : "local",
            [.. readings],
            BlindnessOf(watched, standing));
    }

    private string? BlindnessOf(WatchedVariant watched, WatchedVersion.Standing standing)
    {
        var scope = standing.Scope;
        if (settings.GuardOff)
            return "it is off";
        var version = watched.Version;
        if (version.FailedKeys.IsFull)
            return "too many keys failed to tell them apart";
        if (version.Keys.Count is > 0 and var keys && FewKeys.AreBlind(keys, watched.Share, watched.Policy))
            return string.Create(CultureInfo.InvariantCulture, $"few keys ({keys} so far)");
        if (scope == GuardScope.Local && version.Number is 0)
            return (version.Shared is null ? "there is no cache" : "the cache is unavailable") +
                ", and this router has no number by which it may decide alone";
        if (scope == GuardScope.Local && version.Number > watched.Policy.RoutersMax)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"the cache is unavailable, and this is router number {version.Number}; only the first {watched.Policy.RoutersMax} " +
                    $"may decide alone");
        }

        if (GuardRule.FindOthers(standing.Counts, watched.Policy, scope) is not null)
            return "only one client's requests fail, and others use the model too";
        return version.Recorder.LeftOut is > 0 and var leftOut
            ? string.Create(CultureInfo.InvariantCulture, $"too many shares ({leftOut} failures left out)")
            : null;
    }

    private static CondemnedVersion Read(RolledBackEvent condemned) => new(
        condemned.Version,
        condemned.Trial,
        condemned.Time,
        System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(condemned.Reason.ToString()),
        condemned.Who,
        GuardEvidence.SummaryOf(condemned));

    private static int ReadyOf(VariantRoute? route) => route?.Endpoints.CountReady() ?? 0;
}
