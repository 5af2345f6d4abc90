using ModelServing.Clients;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Journal;
using ModelServing.Journal;
using ModelServing.Rollout.Journal;
using ModelServing.Router.Errors;
using ModelServing.Router.Rollouts;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Admin;

/// <summary>Carries out a person's decisions about versions, and reads a model's history.</summary>
internal sealed class OperatorDecisions(
    RoutingTableHolder holder, RolloutBoard board, JournalSync sync, JournalKeeper keeper, Rollbacks rollbacks, TimeProvider time)
{
    // How long an answer waits until the decision is in the routing table.
    private static readonly TimeSpan SwapLimit = TimeSpan.FromSeconds(5);

    /// <summary>Reads a model's events after a number, at most <see cref="RolloutHistory.MaxEvents"/>.</summary>
    /// <exception cref="JournalException">The journal can't be read.</exception>
    internal async Task<RolloutHistory> HistoryAsync(ModelName model, long after, CancellationToken cancellation)
    {
        Require(model);
        var journal = sync.Journal ?? throw new DecisionRefusedException(Problems.NoJournal, "This router has no journal");
        return new RolloutHistory(await journal.ReadPageAsync(model, after, RolloutHistory.MaxEvents, cancellation));
    }

    /// <summary>Condemns a version in the name of the client. This takes effect at once, and is written when the journal is
    /// available.</summary>
    /// <exception cref="DecisionRefusedException">The version is unknown, or condemned already, or the model cannot do without it; or the
    /// journal was never read.</exception>
    /// <exception cref="ContractException">The request can't be written into the journal.</exception>
    internal async Task RollbackAsync(ModelName model, RollbackRequest request, Client client, CancellationToken cancellation)
    {
        var route = Require(model);
        // The journal knows which trial to end. Until it is read, only stable gets traffic anyway.
        var state = board.StateOf(model) ?? throw new DecisionRefusedException(
            Problems.JournalUnavailable,
            "This router never read the journal: only stable versions get traffic, and it does not know which versions are condemned");
        var variant = route.Effective.Variants.FirstOrDefault(variant => variant.Plan.Version == request.Version)?.Plan.Name
            ?? route.Effective.Planned.Variants.FirstOrDefault(variant => variant.Version == request.Version)?.Name;
        if (state.Condemned(request.Version) is { } known)
        {
            throw new DecisionRefusedException(
                Problems.Conflict,
                $"Version {request.Version} of {model} has been condemned since {known.Time:yyyy-MM-dd HH:mm:ss'Z'}, by {known.Who}");
        }

        if (variant is null && route.Pin(request.Version.ToString()) is null && state.TrialOf(request.Version) == 1)
        {
            throw new DecisionRefusedException(
                Problems.UnknownVersion,
                $"There is no version {request.Version} of {model}; the versions are: {string.Join(", ", route.Versions)}");
        }

        var isStable = route.Effective.Rollout is { } served && served.Stable.Version == request.Version;
        if (isStable && !request.Force && FallbackFor(route, state, request.Version) is null)
        {
            throw new DecisionRefusedException(
                Problems.Conflict,
                $"Version {request.Version} of {model} is the serving stable version, and no earlier version is ready to take over: " +
                "without it, the model answers 503. Keep one warm (keepWarm in the stack file), or use --force");
        }

        var why = ReasonOf(request.Why, request.Who, client);
        var decision = new RolledBackEvent
        {
            Model = model,
            Time = time.GetUtcNow(),
            Version = request.Version,
            Trial = state.TrialOf(request.Version),
            Variant = variant ?? VariantPlan.Pinned,
            Reason = RollbackReason.Operator,
            Who = NameOf(client),
            Evidence = GuardEvidence.ToJson(why),
        };
        // A decision that can't be written must not take effect: other routers would never learn of it.
        _ = (decision with { Seq = 1 }).ToUtf8();
        rollbacks.Condemn(decision, why);
        await UntilSwappedAsync(model, state => state?.Condemned(request.Version) is not null, cancellation);
    }

    /// <summary>Starts the next trial of a condemned version. This needs the journal: other routers must learn of it.</summary>
    /// <exception cref="DecisionRefusedException">The version is not condemned, or there is no journal.</exception>
    /// <exception cref="JournalException">The journal is unavailable.</exception>
    internal async Task ResetAsync(ModelName model, ResetRequest request, Client client, CancellationToken cancellation)
    {
        Require(model);
        if (sync.Journal is null)
            throw new DecisionRefusedException(Problems.NoJournal, "This router has no journal: restart it to forget its rollbacks");
        if (board.StateOf(model)?.Condemned(request.Version) is not { } condemned)
            throw new DecisionRefusedException(Problems.Conflict, $"Version {request.Version} of {model} is not condemned");
        var reset = new ResetEvent
        {
            Model = model,
            Time = time.GetUtcNow(),
            Version = request.Version,
            Trial = condemned.Trial + 1,
            Who = NameOf(client),
            Why = ReasonOf(request.Why, request.Who, client),
        };
        await sync.AppendAsync(reset, cancellation);
        keeper.Wake();
        await UntilSwappedAsync(model, state => state?.Condemned(request.Version) is null, cancellation);
    }

    // The name of a client that has a token is any text.
    private static string NameOf(Client client) =>
        VisibleText.From(client.Name.Length <= RolledBackEvent.MaxWho ? client.Name : client.Name[..RolledBackEvent.MaxWho]);

    // Several people may use one client. Which of them it was is only what the client says.
    private static string ReasonOf(string why, string? person, Client client)
    {
        if (person?.Length > RolledBackEvent.MaxWho)
            throw new ContractException($"who has {person.Length} characters; it may have {RolledBackEvent.MaxWho}");
        return VisibleText.From(string.IsNullOrWhiteSpace(person) || person == client.Name ? why : $"{why} (on behalf of {person})");
    }

    private ModelRoute Require(ModelName model) => holder.Current is { } table && table.TryGetModel(model.Text, out var route)
        ? route
        : throw new DecisionRefusedException(
            Problems.UnknownModel, $"There is no model '{model}'; {holder.Current?.Known ?? "the router has not read a plan yet"}");

    // The version that answers once stable is condemned: the one of the newest good rollout, if it has a ready endpoint.
    private static ModelVersion? FallbackFor(ModelRoute route, JournalState state, ModelVersion condemned)
    {
        var good = state.Served.FirstOrDefault(served => served.Stable != condemned && state.Condemned(served.Stable) is null);
        return good is not null && route.Pin(good.Stable.ToString())?.Endpoints is { Count: > 0, UnreachableSince: null }
            ? good.Stable
            : null;
    }

    private async Task UntilSwappedAsync(ModelName model, Func<JournalState?, bool> isDone, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < SwapLimit
            && holder.Current is { } table
            && table.TryGetModel(model.Text, out var route)
            && !isDone(route.State))
            await Task.Delay(TimeSpan.FromMilliseconds(5), time, cancellation);
    }
}
