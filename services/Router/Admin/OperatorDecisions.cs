using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Journal;
using ModelServing.Journal;
using ModelServing.Rollout.Journal;
using ModelServing.Router.Rollouts;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Admin;

/// <summary>What a person decides about versions, and what became of a model.</summary>
internal sealed class OperatorDecisions(RoutingTableHolder holder, RolloutBoard board, JournalKeeper keeper, RolloutGuards guards, TimeProvider time)
{
    // How long an answer waits until the decision is what is served.
    private static readonly TimeSpan Swapped = TimeSpan.FromSeconds(5);

    /// <summary>Events of a model after one, at most <see cref="RolloutHistory.MaxEvents"/>.</summary>
    /// <exception cref="JournalException">The journal can't be read.</exception>
    internal async Task<RolloutHistory> HistoryAsync(ModelName model, long after, CancellationToken cancellation)
    {
        Require(model);
        var journal = keeper.Journal ?? throw new DecisionRefusedException(Problems.NoJournal, "This router has no journal");
        return new RolloutHistory([.. (await journal.ReadAsync(model, after, cancellation)).Take(RolloutHistory.MaxEvents)]);
    }

    /// <summary>Condemns a version. It holds at once, and is written when the journal is there.</summary>
    /// <exception cref="DecisionRefusedException">The version is not there, is condemned, or would take the model down; or the journal was
    /// never read.</exception>
    /// <exception cref="ContractException">The request can't be written into the journal.</exception>
    internal async Task RollbackAsync(ModelName model, RollbackRequest request, CancellationToken cancellation)
    {
        var route = Require(model);
        // Which trial it is that is to end stands there. Until then only stable gets traffic anyway.
        var state = board.StateOf(model) ?? throw new DecisionRefusedException(Problems.JournalAway, "The journal was never read by this router: only stable versions get traffic, and what is condemned is not known");
        var variant = route.Effective.Variants.FirstOrDefault(variant => variant.Plan.Version == request.Version)?.Plan.Name
            ?? route.Effective.Planned.Variants.FirstOrDefault(variant => variant.Version == request.Version)?.Name;
        if (state.Condemned(request.Version) is { } known)
            throw new DecisionRefusedException(Problems.Conflict, $"Version {request.Version} of {model} is condemned already, since {known.Time:yyyy-MM-dd HH:mm:ss'Z'} by {known.Who}");
        if (variant is null && route.Pin(request.Version.ToString()) is null && state.TrialOf(request.Version) == 1)
            throw new DecisionRefusedException(Problems.UnknownVersion, $"There is no version {request.Version} of {model}; there are: {string.Join(", ", route.Versions)}");
        if (route.Effective.Rollout is { } served && served.Stable.Version == request.Version && !request.Force && FallbackFor(route, state, request.Version) is null)
        {
            throw new DecisionRefusedException(
                Problems.Conflict,
                $"Version {request.Version} of {model} serves as stable, and no version before it is ready to take over: without it the model answers 503. Keep one warm (keepWarm in the stack file), or use --force");
        }

        var decision = new RolledBackEvent
        {
            Model = model,
            Time = time.GetUtcNow(),
            Version = request.Version,
            Trial = state.TrialOf(request.Version),
            Variant = variant ?? VariantPlan.Pinned,
            Reason = RollbackReason.Operator,
            Who = request.Who,
            Evidence = GuardEvidence.ToJson(request.Why),
        };
        // What can't be written must not hold: nobody would ever learn of it.
        _ = (decision with { Seq = 1 }).ToUtf8();
        guards.Condemn(decision, request.Why);
        await SwappedAsync(model, state => state?.Condemned(request.Version) is not null, cancellation);
    }

    /// <summary>Begins the next trial of a condemned version. It needs the journal: what other routers do not know does not hold.</summary>
    /// <exception cref="DecisionRefusedException">The version is not condemned, or there is no journal.</exception>
    /// <exception cref="JournalException">The journal is away.</exception>
    internal async Task ResetAsync(ModelName model, ResetRequest request, CancellationToken cancellation)
    {
        Require(model);
        if (keeper.Journal is null)
            throw new DecisionRefusedException(Problems.NoJournal, "This router has no journal: restart it to forget what was rolled back");
        var state = board.StateOf(model);
        if (state?.Condemned(request.Version) is not { } condemned)
            throw new DecisionRefusedException(Problems.Conflict, $"Version {request.Version} of {model} is not condemned");
        await keeper.AppendAsync(
            new ResetEvent { Model = model, Time = time.GetUtcNow(), Version = request.Version, Trial = condemned.Trial + 1, Who = request.Who, Why = request.Why },
            cancellation);
        keeper.Wake();
        await SwappedAsync(model, state => state?.Condemned(request.Version) is null, cancellation);
    }

    private ModelRoute Require(ModelName model) => holder.Current is { } table && table.TryGetModel(model.Text, out var route)
        ? route
        : throw new DecisionRefusedException(Problems.UnknownModel, $"There is no model '{model}'; there are: {string.Join(", ", holder.Current?.ModelNames ?? [])}");

    // The version that answers once stable is condemned: that of the newest good rollout, if it has a ready endpoint.
    private static ModelVersion? FallbackFor(ModelRoute route, JournalState state, ModelVersion condemned) =>
        state.Served.FirstOrDefault(served => served.Rollout.Stable.Version is var stable && stable != condemned && state.Condemned(stable) is null)?.Rollout.Stable.Version is { } heir
            && route.Pin(heir.ToString())?.Endpoints is { Count: > 0, UnreachableSince: null }
            ? heir
            : null;

    private async Task SwappedAsync(ModelName model, Func<JournalState?, bool> isSo, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (holder.Current is { } table && table.TryGetModel(model.Text, out var route) && !isSo(route.State) && time.GetElapsedTime(began) < Swapped)
            await Task.Delay(TimeSpan.FromMilliseconds(5), time, cancellation);
    }
}
