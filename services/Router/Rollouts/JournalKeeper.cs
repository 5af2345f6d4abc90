using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Journal;
using ModelServing.Journal;
using ModelServing.Rollout.Journal;
using ModelServing.Router.Metrics;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Rollouts;

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
/// can't be read stops its own model alone: as long as another model can be read, the journal counts as read. A snapshot counts until the
/// journal is read for the first time; where that has not the snapshot's last event, the snapshot was another journal's and is dropped.
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
    // Of a snapshot, and not held against the journal yet; guarded by oneAtATime once rounds begin.
    private readonly HashSet<ModelName> unproven = [];
    private volatile bool isSnapshotStale;

    public JournalKeeper(RolloutBoard board, RoutingTableHolder holder, RouterMetrics metrics, TimeProvider time, ILogger<JournalKeeper> logger, JournalPace pace, RolloutJournal? journal = null, SnapshotFile? snapshot = null, RouterCache? cache = null)
    {
        this.board = board;
        this.holder = holder;
        this.metrics = metrics;
        this.time = time;
        this.logger = logger;
        this.pace = pace;
        this.journal = journal;
        this.snapshot = snapshot;
        this.cache = cache;
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
            var failures = await InTimeAsync(limited => Task.WhenAll(unread.Select(model => AloneAsync(model, () => ReadAsync(model, limited)))), cancellation);
            ReportReach(failures.FirstOrDefault(static failure => failure is not null)?.Message, isAway: !failures.Contains(null));
        }
        catch (JournalException e)
        {
            ReportReach(e.Message, isAway: true);
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
        await using var pushes = cache?.Subscribe(OnAnnounced, Wake);
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

    private void OnAnnounced(ModelName model)
    {
        told[model] = true;
        Wake();
    }

    private async Task RoundAsync(CancellationToken cancellation)
    {
        JournalException? failure = null;
        var isAsked = false;
        var isRead = false;
        // 1
        foreach (var decision in board.Decided.ToList())
            await TryAsync(decision.Model, () => AppendAsync(decision, cancellation));
        // 2
        var first = told.Keys.ToList();
        foreach (var model in first)
            told.TryRemove(model, out _);
        foreach (var model in first.Union(Known()))
            await TryAsync(model, () => ReadAsync(model, cancellation));
        // 3
        foreach (var (model, planned) in due)
        {
            if (board.ReadOf(model) is { } state)
                await TryAsync(model, () => AppendDueAsync(planned, state, cancellation));
        }

        // Before there is a plan there is nothing to ask, and that says nothing of the journal.
        if (isAsked)
            ReportReach(failure?.Message, isAway: !isRead || failure is { Error: JournalError.Unavailable });
        // 4
        KeepSnapshot();

        // Once it does not answer, nothing more is asked in this round: each question may take its time.
        async Task TryAsync(ModelName model, Func<Task> step)
        {
            if (failure is { Error: JournalError.Unavailable })
                return;
            isAsked = true;
            try
            {
                failure = await AloneAsync(model, step) ?? failure;
                isRead |= board.FaultOf(model) is null;
            }
            catch (JournalException e)
            {
                failure = e;
            }
        }
    }

    // What is damaged of a model is that model's alone, and is said once.
    private async Task<JournalException?> AloneAsync(ModelName model, Func<Task> step)
    {
        try
        {
            await step();
            return null;
        }
        catch (JournalException e) when (e.Error == JournalError.Damaged)
        {
            if (board.SetFault(model, e.Message))
                RolloutLog.JournalDamaged(logger, model.Text, e.Message);
            return e;
        }
    }

    private async Task AppendDueAsync(RolloutPlan planned, JournalState state, CancellationToken cancellation)
    {
        if (DueEvent.Find(planned, state, time.GetUtcNow()) is { } next)
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
            var known = await ProvenAsync(model, state, cancellation);
            var events = await InTimeAsync(limited => journal!.ReadAsync(model, known?.LastSeq ?? 0, limited), cancellation);
            unproven.Remove(model);
            if (board.SetFault(model, null))
                RolloutLog.JournalRepaired(logger, model.Text);
            if (known is not null && events.Count == 0)
                return;
            var next = (known ?? JournalState.Empty(model)).Apply(events);
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

    // What is known of the model by this journal: null where nothing is, or only what a snapshot of another journal said.
    private async Task<JournalState?> ProvenAsync(ModelName model, JournalState? state, CancellationToken cancellation)
    {
        if (state is not { LastSeq: > 0 } || !unproven.Contains(model))
            return state;
        var from = await InTimeAsync(limited => journal!.ReadAsync(model, state.LastSeq - 1, limited), cancellation);
        if (from.Count > 0 && (state.LastId is null || from[0].Id == state.LastId))
            return state;
        var condemned = state.Versions.Values.Where(static version => version.Condemned is not null).Select(static version => $"version {version.Version}");
        RolloutLog.OtherJournal(logger, journal!.Location, state.LastSeq, model.Text, string.Join(", ", condemned.DefaultIfEmpty("none")));
        return null;
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

    private static bool IsServed(RolloutPlan planned, JournalState? state) => state?.Condemned(planned.Stable.Version) is null;

    // A failure that is one model's alone leaves the journal read.
    private void ReportReach(string? failure, bool isAway)
    {
        isAway &= failure is not null;
        if (board.SetReach(!isAway))
        {
            if (isAway)
                RolloutLog.JournalAway(logger, board.Reach, failure!);
            else
                RolloutLog.JournalRead(logger, journal!.Location);
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
            {
                board.Take(state);
                unproven.Add(state.Model);
            }

            board.SetReach(answers: false);
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
