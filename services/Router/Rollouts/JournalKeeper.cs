using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Journal;
using ModelServing.Rollout;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Rollouts;

/// <summary>How often the journal is read, and how long it is waited for.</summary>
/// <param name="Alone">The time between two reads while nobody pushes changes: so much later at the most a router learns of a rollback.</param>
/// <param name="Pushed">The time between two reads while changes are pushed; reads are what a table in the cloud is paid for.</param>
/// <param name="Answer">How long a read or an append may take before the journal counts as away. So long at the most a plan waits for the
/// first read before it is served without, with nothing for variants beside stable.</param>
internal sealed record JournalPace(TimeSpan Alone, TimeSpan Pushed, TimeSpan Answer)
{
    internal static JournalPace Default { get; } = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5));
}

/// <summary>
/// Keeps the board and the journal alike: reads what others wrote, writes what was decided here and what is due for the plan, keeps the
/// snapshot on disk, and tells other routers.
/// </summary>
/// <remarks>
/// One round, at each push, at each decision, and at the <see cref="JournalPace"/>:
/// <code>
/// 1 append     rollbacks that were decided here, and tell the others; each fact stands in the journal once, whoever says it
/// 2 read       what came after what is known: of the models first of which others said that there is something, then of all
/// 3 append     what is due for the plan that was applied here: applied, started, weight moved, promoted, refused
/// 4 snapshot   what is known now, for a start while the journal is away
/// </code>
/// What fails is tried again in the next round: nothing that was decided is lost while the process lives. An entry of the journal that
/// can't be read stops its own model alone.
/// </remarks>
internal sealed class JournalKeeper : BackgroundService
{
    private readonly RolloutBoard board;
    private readonly RoutingTableHolder holder;
    private readonly RouterCache? cache;
    private readonly RolloutJournal? journal;
    private readonly SnapshotFile? snapshot;
    private readonly JournalPace pace;
    private readonly RouterMetrics metrics;
    private readonly TimeProvider time;
    private readonly ILogger<JournalKeeper> logger;
    private readonly SemaphoreSlim wake = new(0, 1);
    private readonly SemaphoreSlim oneAtATime = new(1);
    private readonly ConcurrentDictionary<ModelName, RolloutPlan> due = new();
    private readonly ConcurrentDictionary<ModelName, bool> told = new();
    private volatile bool isSnapshotStale;

    public JournalKeeper(RolloutBoard board, RoutingTableHolder holder, RouterMetrics metrics, TimeProvider time, ILogger<JournalKeeper> logger, JournalPace pace, RolloutJournal? journal = null, SnapshotFile? snapshot = null, RouterCache? cache = null)
    {
        (this.board, this.holder, this.metrics, this.time, this.logger, this.pace, this.journal, this.snapshot, this.cache) = (board, holder, metrics, time, logger, pace, journal, snapshot, cache);
    }

    /// <summary>The journal; null where there is none.</summary>
    internal RolloutJournal? Journal => journal;

    public override void Dispose()
    {
        wake.Dispose();
        oneAtATime.Dispose();
        base.Dispose();
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (journal is null)
            RolloutLog.NoJournal(logger);
        TakeSnapshot();
        return base.StartAsync(cancellationToken);
    }

    /// <summary>Brings the board up to date for models that a plan names and that it knows nothing of. It takes a bounded time: what is not
    /// known then gets nothing for variants beside stable.</summary>
    internal async Task ReadForAsync(IEnumerable<ModelName> models, CancellationToken cancellation)
    {
        if (journal is null || models.Where(model => board.ReadOf(model) is null || board.Reach != JournalReach.Read).ToList() is not { Count: > 0 } unread)
            return;
        try
        {
            // They are asked one after another: one limit for all.
            _ = await InTimeAsync(
                async limited =>
                {
                    await Task.WhenAll(unread.Select(model => ReadAsync(model, limited)));
                    return true;
                },
                cancellation);
            Reached(null);
        }
        catch (JournalException e)
        {
            Reached(e.Message);
        }
    }

    /// <summary>Says that a plan was applied here, so that the journal learns of it.</summary>
    internal void Applied(PlanDocument plan)
    {
        foreach (var (model, rollout) in plan.Rollouts)
            due[model] = rollout;
        foreach (var model in due.Keys.Where(model => !plan.Rollouts.ContainsKey(model)))
            due.TryRemove(model, out _);
        Wake();
    }

    /// <summary>Has a round begin now.</summary>
    internal void Wake()
    {
        try
        {
            wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // One is to begin anyway.
        }
    }

    /// <summary>Appends an event and takes what the journal says then.</summary>
    /// <exception cref="JournalException">It could not be appended.</exception>
    internal async Task AppendAsync(JournalEvent added, CancellationToken cancellation)
    {
        var appended = await InTimeAsync(limited => journal!.AppendAsync(added, limited), cancellation);
        await ReadAsync(added.Model, cancellation);
        if (appended.IsOurs)
        {
            RolloutLog.Appended(logger, added.Model.Text, appended.Seq, added.Kind);
            if (cache is not null)
                await cache.PublishAsync(added.Model, appended.Seq, cancellation);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (journal is null)
            return;
        await using var pushes = cache?.Subscribe(Told, Wake);
        try
        {
            while (true)
            {
                await RoundAsync(stoppingToken);
                await wake.WaitAsync(cache is { IsReached: true } && board.Reach == JournalReach.Read ? pace.Pushed : pace.Alone, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private void Told(ModelName model)
    {
        told[model] = true;
        Wake();
    }

    private async Task RoundAsync(CancellationToken cancellation)
    {
        JournalException? failure = null;
        var isAsked = false;
        // 1
        foreach (var decision in board.Decided.ToList())
            await TryAsync(() => AppendAsync(decision, cancellation));
        // 2
        var first = told.Keys.ToList();
        foreach (var model in first)
            told.TryRemove(model, out _);
        foreach (var model in first.Union(Known()))
            await TryAsync(() => ReadAsync(model, cancellation));
        // 3
        foreach (var (model, planned) in due)
        {
            if (board.ReadOf(model) is { } state)
                await TryAsync(() => SayAsync(planned, state, cancellation));
        }

        // Before there is a plan there is nothing to ask, and that says nothing of the journal.
        if (isAsked)
            Reached(failure?.Message);
        // 4
        KeepSnapshot();

        // Once it does not answer, nothing more is asked in this round: each question may take its time.
        async Task TryAsync(Func<Task> step)
        {
            if (failure is { Error: JournalError.Unavailable })
                return;
            isAsked = true;
            try
            {
                await step();
            }
            catch (JournalException e)
            {
                failure = e;
            }
        }
    }

    private async Task SayAsync(RolloutPlan planned, JournalState state, CancellationToken cancellation)
    {
        if (DueEvent.Of(planned, state, time.GetUtcNow()) is { } next)
            await AppendAsync(next, cancellation);
        due.TryRemove(KeyValuePair.Create(state.Model, planned));
    }

    private HashSet<ModelName> Known() => [.. board.States.Select(static state => state.Model), .. holder.Current is { } table ? table.Plan.Rollouts.Keys : Enumerable.Empty<ModelName>()];

    // Whoever reads, one at a time: states have to follow each other.
    private async Task ReadAsync(ModelName model, CancellationToken cancellation)
    {
        await oneAtATime.WaitAsync(cancellation);
        try
        {
            var state = board.ReadOf(model);
            var events = await InTimeAsync(limited => journal!.ReadAsync(model, state?.LastSeq ?? 0, limited), cancellation);
            if (state is not null && events.Count == 0)
                return;
            var next = (state ?? JournalState.Empty(model)).Apply(events);
            board.Take(next);
            isSnapshotStale = true;
            // A rollout that was good may be refused by what came, or the other way round: then it is due again.
            if (holder.Current?.Plan.Rollouts.GetValueOrDefault(model) is { } planned && IsServed(planned, state) != IsServed(planned, next))
                due[model] = planned;
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    // Whatever the store is, one that hangs is away, and nobody waits for it any longer.
    private async Task<T> InTimeAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(pace.Answer, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            return await ask(ended.Token).WaitAsync(ended.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new JournalException(JournalError.Unavailable, $"the journal {journal!.Location} did not answer within {pace.Answer.TotalSeconds:0.#} s", mayBeDone: true);
        }
    }

    private static bool IsServed(RolloutPlan planned, JournalState? state) => state?.Condemned(planned.Variants[^1].Version) is null;

    private void Reached(string? failure)
    {
        if (board.Reached(failure is null))
        {
            if (failure is null)
                RolloutLog.JournalRead(logger, journal!.Location);
            else
                RolloutLog.JournalAway(logger, board.Reach, failure);
        }

        if (failure is not null)
            metrics.JournalFailed();
    }

    private void TakeSnapshot()
    {
        if (snapshot?.Read() is not { } read)
            return;
        if (read.Fault is { } fault)
            RolloutLog.NoSnapshot(logger, fault);
        if (read.Content is not { } content)
            return;
        try
        {
            foreach (var state in JournalSnapshot.Parse(content).Values)
                board.Take(state);
            board.Reached(answers: false);
        }
        catch (ContractException e)
        {
            RolloutLog.NoSnapshot(logger, e.Message);
        }
    }

    private void KeepSnapshot()
    {
        if (snapshot is null || !isSnapshotStale)
            return;
        try
        {
            isSnapshotStale = false;
            snapshot.Write(JournalSnapshot.ToUtf8(board.States));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            isSnapshotStale = true;
            RolloutLog.SnapshotNotWritten(logger, snapshot.FullPath, e.Message);
        }
    }
}
