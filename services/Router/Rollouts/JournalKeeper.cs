using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Hosting;
using ModelServing.Journal;
using ModelServing.Router.Metrics;
using ModelServing.Router.Rollouts.Board;

namespace ModelServing.Router.Rollouts;

/// <summary>
/// Keeps the board and the journal equal: reads the events of others, writes what was decided here and what the plan makes due, and keeps
/// the snapshot on disk.
/// </summary>
/// <remarks>
/// One round runs at each push, at each decision, and at the <see cref="JournalPace"/>:
/// <code>
/// 1 append     rollbacks that were decided here, and notify other routers; the journal records each fact once, whoever reports it
/// 2 read       new events: first of the models that other routers announced, then of those that the journal says have changed
/// 3 append     events that the applied plan makes due: applied, started, weight moved, promoted, refused
/// 4 snapshot   the new states, for a start while the journal is unavailable, and for other routers
/// </code>
/// A failed step runs again in the next round: no decision is lost while the process lives. An unreadable entry stops only its own model:
/// as long as another model can be read, the journal counts as read.
/// </remarks>
internal sealed class JournalKeeper(
    JournalSync sync,
    RolloutBoard board,
    JournalSnapshotKeeper snapshots,
    RouterMetrics metrics,
    JournalPace pace,
    ILogger<JournalKeeper> logger,
    RouterCache? cache = null) : LoopingService
{
    private const string Part = "journal";

    private readonly SemaphoreSlim wake = new(0, 1);
    private readonly ConcurrentDictionary<ModelName, bool> announced = new();

    // The last plan of which the board knows all models.
    private PlanDocument? known;

    public override void Dispose()
    {
        wake.Dispose();
        base.Dispose();
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (sync.Journal is null)
            RolloutLog.NoJournal(logger);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(pace.Answer);
        if (await snapshots.LoadAsync(limit.Token) is { } read)
            sync.StartFrom(read);
        cancellationToken.ThrowIfCancellationRequested();
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Reads the models of a plan that the board does not know yet. Takes a bounded time; a model that is still unknown then
    /// serves only its stable variant.</summary>
    internal async Task ReadForAsync(PlanUpdate update, CancellationToken cancellation)
    {
        if (sync.Journal is null)
            return;
        var unread = (update.ChangedSince(known) ?? update.Plan.Rollouts.Keys)
            .Where(model => update.Plan.Rollouts.ContainsKey(model) && board.JournaledStateOf(model) is null).ToHashSet();
        if (unread.Count == 0)
            known = update.Plan;
        if (unread.Count == 0 && board.Reach == JournalReach.Read)
            return;
        try
        {
            if (board.Reach != JournalReach.Read)
                unread.UnionWith(await sync.FindChangedAsync(cancellation));
            var failures = await sync.ReadAllAsync(unread, cancellation);
            ReportReach(failures.FirstOrDefault(static failure => failure is not null)?.Message, isUnavailable: !failures.Contains(null));
        }
        catch (JournalException e)
        {
            ReportReach(e.Message, isUnavailable: true);
        }
    }

    /// <summary>Records that this router applied a plan, so that the journal learns of it.</summary>
    internal void OnApplied(PlanUpdate plan)
    {
        sync.SetPlan(plan);
        Wake();
    }

    /// <summary>Starts a round now.</summary>
    internal void Wake()
    {
        try
        {
            wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // A round is already pending.
        }
    }

    protected override async Task RunAsync(HostLoops loops, CancellationToken stopping)
    {
        if (sync.Journal is null)
            return;
        await using var pushes = cache?.Subscribe(OnAnnounced, Wake);
        await loops.RunAsync(
            Part,
            async token =>
            {
                await RoundAsync(token);
                var isPushed = cache is { IsReached: true } && board.Reach == JournalReach.Read;
                await wake.WaitAsync(isPushed ? pace.Pushed : pace.Alone, token);
            },
            stopping);
    }

    /// <summary>Another router says that a model has a new event.</summary>
    internal void OnAnnounced(ModelName model)
    {
        announced[model] = true;
        Wake();
    }

    private async Task RoundAsync(CancellationToken cancellation)
    {
        JournalException? failure = null;
        var isQueried = false;
        var isRead = false;
        // 1
        foreach (var decision in board.Decided.ToList())
            await TryAsync(decision.Model, () => sync.AppendAsync(decision, cancellation));
        // 2
        var first = announced.Keys.ToList();
        foreach (var model in first)
            announced.TryRemove(model, out _);
        foreach (var model in first)
            await TryAsync(model, () => sync.ReadAsync(model, cancellation));
        foreach (var model in await ChangedAsync())
            await TryAsync(model, () => sync.ReadAsync(model, cancellation));
        // A fault of one model leaves the others read.
        isRead |= isQueried && failure is not { Error: JournalError.Unavailable } && sync.Models.Any(model => board.FaultOf(model) is null);
        // 3
        foreach (var model in sync.Due.Where(model => board.JournaledStateOf(model) is not null))
            await TryAsync(model, () => sync.AppendDueAsync(model, cancellation));

        // Without a plan there is nothing to query, and the journal's reach is unknown.
        if (isQueried)
            ReportReach(failure?.Message, isUnavailable: !isRead || failure is { Error: JournalError.Unavailable });
        // 4
        if (isRead && failure is not { Error: JournalError.Unavailable })
            snapshots.MarkRead(sync.ChangesRead);
        snapshots.Save();

        async Task<IReadOnlyCollection<ModelName>> ChangedAsync()
        {
            if (sync.Models.Count == 0 || failure is { Error: JournalError.Unavailable })
                return [];
            isQueried = true;
            try
            {
                return await sync.FindChangedAsync(cancellation);
            }
            catch (JournalException e)
            {
                failure = e;
                // A row that is not a change hides what changed.
                return e.Error == JournalError.Damaged ? sync.Models : [];
            }
        }

        // Once the journal is unavailable, the round stops querying it: each query may take its whole limit.
        async Task TryAsync(ModelName model, Func<Task> step)
        {
            if (failure is { Error: JournalError.Unavailable })
                return;
            isQueried = true;
            try
            {
                failure = await sync.IsolateDamageAsync(model, step) ?? failure;
                isRead |= board.FaultOf(model) is null;
            }
            catch (JournalException e)
            {
                failure = e;
            }
        }
    }

    // A failure that affects only one model leaves the journal read.
    private void ReportReach(string? failure, bool isUnavailable)
    {
        isUnavailable &= failure is not null;
        if (isUnavailable)
            Degrade(Part, failure!);
        else
            Restore(Part);
        if (board.SetReach(!isUnavailable))
        {
            if (isUnavailable)
                RolloutLog.JournalUnavailable(logger, board.Reach, failure!);
            else
                RolloutLog.JournalRead(logger, sync.Journal!.Location);
        }

        if (failure is not null)
            metrics.JournalFailed();
    }
}
