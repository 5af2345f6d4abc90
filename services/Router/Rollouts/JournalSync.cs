using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Contracts.Reliability;
using ModelServing.Journal;
using ModelServing.Rollout.Journal;
using ModelServing.Router.Rollouts.Board;

namespace ModelServing.Router.Rollouts;

/// <summary>Reads a model's events into the board, and appends to the journal what this router decided or what its plan makes
/// due.</summary>
internal sealed class JournalSync(
    RolloutBoard board,
    JournalSnapshotKeeper snapshots,
    TimeProvider time,
    JournalPace pace,
    ILogger<JournalSync> logger,
    RolloutJournal? journal = null,
    RouterCache? cache = null) : IDisposable
{
    // A new router reads the journals of all models.
    private const int MostReads = 16;

    private const int MostTries = 3;

    // Longer than any running router takes to find a changed plan.
    private static readonly TimeSpan UntilAllHaveThePlan = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim reads = new(MostReads);
    private readonly ConcurrentDictionary<ModelName, SemaphoreSlim> turns = new();
    private readonly ConcurrentDictionary<ModelName, DueRollout> due = new();
    // Models of which events may be new here.
    private readonly ConcurrentDictionary<ModelName, bool> stale = new();
    // Models of the plan that the board did not know.
    private readonly ConcurrentDictionary<ModelName, bool> unread = new();
    // Before the first read of any model.
    private DateTimeOffset changesRead = time.GetUtcNow();
    private ModelName? last;
    private volatile PlanDocument plan = new() { Schema = PlanDocument.CurrentSchema, Rollouts = [] };
    private volatile NamedModels? models;

    /// <summary>The journal; null if the router runs without one.</summary>
    internal RolloutJournal? Journal => journal;

    /// <summary>The models that the journal or the plan names.</summary>
    internal IReadOnlyList<ModelName> Models
    {
        get
        {
            // A board forgets no model, so it has the same ones as long as it has as many.
            var read = board.View.States;
            if (models is { } known && known.Read == read.Count)
                return known.Names;
            var listed = new NamedModels([.. read.Keys.Union(plan.Rollouts.Keys).Order()], read.Count);
            models = listed;
            return listed.Names;
        }
    }

    /// <summary>The models whose rollout may not be recorded in the journal yet.</summary>
    internal IEnumerable<ModelName> Due => due.Keys;

    public void Dispose()
    {
        reads.Dispose();
        foreach (var turn in turns.Values)
            turn.Dispose();
    }

    /// <summary>When the changes were read last: the board has every event that was put before, unless it could not be read.</summary>
    internal DateTimeOffset ChangesRead => changesRead;

    /// <summary>Takes over what the bucket's snapshot knows: only what changed since is read.</summary>
    internal void StartFrom(DateTimeOffset read) => changesRead = read;

    /// <summary>Marks every rollout of a plan that was applied as due, unless it was in the plan that was applied before.</summary>
    internal void SetPlan(PlanUpdate applied)
    {
        var before = plan;
        var changed = applied.ChangedSince(before) ?? [.. before.Rollouts.Keys.Union(applied.Plan.Rollouts.Keys)];
        plan = applied.Plan;
        foreach (var model in changed)
        {
            if (!plan.Rollouts.TryGetValue(model, out var rollout))
            {
                due.TryRemove(model, out _);
                models = null;
                continue;
            }

            due[model] = new DueRollout(rollout, DateTimeOffset.MinValue);
            if (board.JournaledStateOf(model) is null)
                unread[model] = true;
            if (!before.Rollouts.ContainsKey(model))
                models = null;
        }
    }

    /// <summary>Finds the models of which events may be new here. That takes one query, whatever the number of models.</summary>
    /// <remarks>These are the models with a change, those that were never read or could not be read, and one more in turn: if a change was
    /// not written, by a version of this program that writes none, its event is found in a round of all models.</remarks>
    /// <exception cref="JournalException">The journal cannot be read.</exception>
    internal async Task<IReadOnlyCollection<ModelName>> FindChangedAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var areKept = now - changesRead < ChangeRow.Kept - JournalLimits.Settled;
        var changes = areKept ? await journal!.ReadChangesAsync(changesRead, cancellation) : null;
        var all = Models;
        var found = changes is null ? all : changes.Where(IsNew).Select(static change => change.Key).Concat(snapshots.Unproven);
        foreach (var model in found)
            stale[model] = true;
        foreach (var model in unread.Keys)
        {
            // A snapshot may know it meanwhile.
            if (board.JournaledStateOf(model) is null)
                stale[model] = true;
            unread.TryRemove(model, out _);
        }

        changesRead = now;
        last = all.Count == 0 ? null : all[IndexAfter(all, last)];
        if (last is not null)
            stale[last] = true;
        return [.. stale.Keys];

        bool IsNew(KeyValuePair<ModelName, long> change) => board.JournaledStateOf(change.Key) is { } state
            ? change.Value > state.LastSeq
            : plan.Rollouts.ContainsKey(change.Key);
    }

    /// <summary>Reads the events of a model that are new here.</summary>
    /// <exception cref="JournalException">The journal cannot be read.</exception>
    internal Task ReadAsync(ModelName model, CancellationToken cancellation) => ExclusiveAsync(
        model,
        async () =>
        {
            var state = board.JournaledStateOf(model);
            var isFirst = state is null || !snapshots.IsProven(model);
            var known = await snapshots.ProveAsync(state, journal!, cancellation);
            var events = await journal!.ReadAsync(model, known?.LastSeq ?? 0, cancellation);
            snapshots.MarkProven(model);
            stale.TryRemove(model, out _);
            if (board.SetFault(model, null))
                RolloutLog.JournalRepaired(logger, model.Text);
            if (known is not null && events.Count == 0)
                return;
            var next = (known ?? JournalState.Empty(model)).Apply(events);
            board.Update(next);
            snapshots.MarkChanged(model);
            if (!isFirst)
                WaitIfOvertaken(model, events);
            // The new events may refuse a rollout that was good, or the other way round. Then it is due again.
            if (plan.Rollouts.GetValueOrDefault(model) is { } planned && IsServed(planned, state) != IsServed(planned, next))
                due[model] = new DueRollout(planned, DateTimeOffset.MinValue);
        },
        cancellation);

    /// <summary>Reads several models under one limit for all of them.</summary>
    /// <returns>The failure of each model whose journal is damaged, else null.</returns>
    /// <exception cref="JournalException">The journal cannot be read.</exception>
    internal async Task<JournalException?[]> ReadAllAsync(IReadOnlyCollection<ModelName> models, CancellationToken cancellation)
    {
        try
        {
            return await TimeLimit.RunAsync(
                limited => Task.WhenAll(models.Select(model => IsolateDamageAsync(model, () => ReadAsync(model, limited)))),
                pace.Answer,
                time,
                cancellation);
        }
        catch (TimeoutException e)
        {
            throw new JournalException(
                JournalError.Unavailable, $"the journal {journal!.Location} did not answer within {pace.Answer.TotalSeconds:0.#} s", e);
        }
    }

    /// <summary>Appends a rollback or a reset, reads the journal's answer into the board, and notifies other routers.</summary>
    /// <exception cref="JournalException">The event could not be appended.</exception>
    internal async Task AppendAsync(JournalEvent added, CancellationToken cancellation) =>
        await TakeAsync(added, await journal!.AppendAsync(added, cancellation), cancellation);

    /// <summary>Appends the event that a model's planned rollout makes due, if any.</summary>
    /// <exception cref="JournalException">The event could not be appended.</exception>
    internal async Task AppendDueAsync(ModelName model, CancellationToken cancellation)
    {
        // Each time that another router appends a rollout first, what is due here may change.
        for (var tried = 0; tried < MostTries; tried++)
        {
            if (!due.TryGetValue(model, out var planned)
                || board.JournaledStateOf(model) is not { } state
                || time.GetUtcNow() < planned.From)
                return;
            var next = DueEvent.Find(planned.Rollout, state, time.GetUtcNow());
            var appended = next is null ? null : await journal!.AppendRolloutAsync(next, state.LastSeq, cancellation);
            if (next is not null)
                await TakeAsync(next, appended, cancellation);
            if (next is null || appended is not null)
            {
                due.TryRemove(KeyValuePair.Create(model, planned));
                return;
            }
        }
    }

    /// <summary>Runs a step of one model. If the journal of that model is damaged, or an event has an unexpected effect, only
    /// this model is affected: the failure is returned, and logged once.</summary>
    /// <exception cref="JournalException">The journal failed in another way.</exception>
    internal async Task<JournalException?> IsolateDamageAsync(ModelName model, Func<Task> step)
    {
        try
        {
            await step();
            return null;
        }
        catch (Exception e) when (e is not (OperationCanceledException or JournalException { Error: not JournalError.Damaged }))
        {
            var damage = e as JournalException
                ?? new JournalException(JournalError.Damaged, $"unexpected {e.GetType().Name}: {e.Message}", e);
            if (board.SetFault(model, damage.Message))
                RolloutLog.JournalDamaged(logger, model.Text, damage.Message);
            return damage;
        }
    }

    private async Task TakeAsync(JournalEvent added, Appended? appended, CancellationToken cancellation)
    {
        await ReadAsync(added.Model, cancellation);
        if (appended is not { IsOurs: true })
            return;
        RolloutLog.Appended(logger, added.Model.Text, appended.Seq, added.Kind);
        if (cache is not null)
            await cache.PublishAsync(added.Model, appended.Seq, cancellation);
    }

    // Another router has recorded the rollout that is due here, and the one after it: probably this router will soon have that plan too.
    // If it does not, this plan was restored, and is recorded again.
    private void WaitIfOvertaken(ModelName model, IReadOnlyList<JournalEvent> events)
    {
        if (!due.TryGetValue(model, out var planned))
            return;
        var digest = RolloutDigest.Compute(planned.Rollout);
        var rollouts = events.OfType<RolloutEvent>().ToList();
        if (rollouts.Exists(rollout => rollout.Digest == digest) && rollouts[^1].Digest != digest)
            due.TryUpdate(model, planned with { From = time.GetUtcNow() + UntilAllHaveThePlan }, planned);
    }

    // Each state follows from the one before it, so reads of a model must not overlap.
    private async Task ExclusiveAsync(ModelName model, Func<Task> read, CancellationToken cancellation)
    {
        var turn = turns.GetOrAdd(model, static _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellation);
        try
        {
            await reads.WaitAsync(cancellation);
            try
            {
                await read();
            }
            finally
            {
                reads.Release();
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private static int IndexAfter(IReadOnlyList<ModelName> sorted, ModelName? last)
    {
        var (low, high) = (0, sorted.Count);
        while (last is not null && low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = sorted[middle] > last ? (low, middle) : (middle + 1, high);
        }

        return low % sorted.Count;
    }

    private static bool IsServed(RolloutPlan planned, JournalState? state) => state?.Condemned(planned.Stable.Version) is null;

    /// <param name="Rollout">The rollout that may not be in the journal.</param>
    /// <param name="From">When it may be appended.</param>
    private sealed record DueRollout(RolloutPlan Rollout, DateTimeOffset From);

    /// <param name="Names">The models in order.</param>
    /// <param name="Read">How many of them the board has.</param>
    private sealed record NamedModels(ModelName[] Names, int Read);
}
