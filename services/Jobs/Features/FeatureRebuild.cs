using System.Globalization;
using DuckDB.NET.Data;
using ModelServing.Cache;
using ModelServing.Cache.Features;
using ModelServing.Features.Engine;
using ModelServing.Features.Events;
using ModelServing.Features.Events.Log;
using ModelServing.Jobs.Progress;
using ModelServing.OnlineStore;
using ModelServing.Registry;

namespace ModelServing.Jobs.Features;

/// <summary>Fills views whose values the cache has lost, or new ones, from the event log: computes the state of each entity of a shard in
/// one pass, and writes it once. It runs beside a feature server, which goes on once the marker is there.</summary>
/// <remarks>
/// <code>
/// 1 events    into a DuckDB file
/// 2 fill      for each view: DuckDB sorts by entity, the engine computes, the cache gets the states
/// 3 marker    once all shards are written
/// </code>
/// </remarks>
/// <param name="store">The object store with the shipped events.</param>
/// <param name="values">The values in the cache.</param>
/// <param name="progress">Shows the steps.</param>
/// <param name="time">Measures waits.</param>
internal sealed class FeatureRebuild(IObjectStore store, FeatureValues values, IStepProgress progress, TimeProvider time)
{
    private const int ProgressEvents = 10_000;

    private static readonly TimeSpan BusyPeriod = TimeSpan.FromSeconds(1);

    private readonly byte[] buffer = new byte[EventFormat.MostBytes];
    private readonly EventReader events = new();

    /// <summary>Fills the views.</summary>
    /// <param name="request">What to fill.</param>
    /// <param name="folder">A folder for temporary files, which the caller removes.</param>
    /// <param name="cancellation">Stops it. A view that is not filled has no marker then.</param>
    /// <returns>The result for each view.</returns>
    /// <exception cref="JobException">A part of it can't be done.</exception>
    /// <exception cref="CacheException">The cache fails, or lost the values again.</exception>
    internal async Task<IReadOnlyList<RebuiltView>> RunAsync(
        FeatureRebuildRequest request, string folder, CancellationToken cancellation)
    {
        try
        {
            var views = request.Views.Select(view => new ViewStore(new FeatureEngine(view), values, request.Environment)).ToList();
            // A view that is filled is left alone: its server writes its values.
            var results = new RebuiltView?[views.Count];
            var epoch = await FindEpochAsync(cancellation);
            for (var i = 0; i < views.Count; i++)
            {
                if (await views[i].FindMarkerAsync(epoch, cancellation) is { } marker)
                    results[i] = new RebuiltView(request.Views[i].Id, 0, marker, WasFilled: true);
            }

            if (!results.Contains(null))
                return [.. results.OfType<RebuiltView>()];
            // 1
            using var database = new JobDatabase(folder, request.MemoryMegabytes);
            using var staged = new StagedEvents(database, [.. views.Select(static view => view.Engine)], request.Shard, long.MaxValue);
            await new EventSource(store, request.Events).StageAsync(staged, database, progress, cancellation);
            if (staged.Sequences.Last > 0)
                epoch = Math.Max(epoch, EventSequence.EpochOf(staged.Sequences.Last));
            for (var i = 0; i < views.Count; i++)
            {
                // 2, 3
                if (results[i] is null)
                    results[i] = await FillAsync(database, i, views[i], request, (epoch, staged), cancellation);
            }

            return [.. results.OfType<RebuiltView>()];
        }
        catch (DuckDBException e)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new JobException(JobExit.Failed, $"the states can't be computed: {JobDatabase.Explain(e)}", e);
        }
    }

    private async Task<RebuiltView> FillAsync(
        JobDatabase database, int index, ViewStore view, FeatureRebuildRequest request, (int Epoch, StagedEvents Events) log,
        CancellationToken cancellation)
    {
        var id = view.Engine.Definition.Id;
        var column = StagedEvents.EntityOf(index);
        progress.Begin($"Filling {id}", database.Number($"SELECT count({column}) FROM {StagedEvents.Table}"));
        var state = view.Engine.CreateState();
        var empty = view.Engine.Encode(state);
        var (entities, done) = (0L, 0L);
        SharedFill? fill = null;
        string? entity = null;
        foreach (var item in database.Stream(
            $"SELECT {column}, sequence, record FROM {StagedEvents.Table} WHERE {column} IS NOT NULL ORDER BY {column}, sequence"))
        {
            var next = item.GetString(0);
            if (next == entity || request.Shard.Contains(new EntityKey(next)))
            {
                if (next != entity)
                {
                    if (entity is not null && !await WriteAsync(entity))
                        return await FilledAsync(view, entities, cancellation);
                    entity = next;
                    state = view.Engine.Decode(empty, state);
                }

                Apply(view.Engine, state, item);
            }

            if (++done % ProgressEvents != 0)
                continue;
            cancellation.ThrowIfCancellationRequested();
            progress.Advance(ProgressEvents);
        }

        if (entity is not null && !await WriteAsync(entity))
            return await FilledAsync(view, entities, cancellation);
        fill ??= await BeginAsync(view, request.Shard, log.Epoch, cancellation);
        if (fill is null)
            return await FilledAsync(view, entities, cancellation);
        var marker = await fill.FinishAsync(log.Epoch, log.Events.Sequences.Last, cancellation);
        return new RebuiltView(id, entities, marker, WasFilled: false);

        // False if another process has filled the view meanwhile. The fill begins late, because DuckDB sorts before the first row.
        async Task<bool> WriteAsync(string text)
        {
            fill ??= await BeginAsync(view, request.Shard, log.Epoch, cancellation);
            if (fill is null)
                return false;
            await fill.AddAsync(new EntityKey(text), state, cancellation);
            entities++;
            return true;
        }
    }

    private void Apply(FeatureEngine engine, EntityState state, DuckDBDataReader item)
    {
        using var record = item.GetStream(2);
        var bytes = buffer.AsSpan(0, (int)record.Length);
        record.ReadExactly(bytes);
        engine.Apply(state, events.Read(bytes), item.GetInt64(1));
    }

    // Null if the view is filled before this process may fill it.
    private async Task<SharedFill?> BeginAsync(ViewStore view, EntityShard shard, int epoch, CancellationToken cancellation)
    {
        while (true)
        {
            if (await SharedFill.TryBeginAsync(view, shard.Index, shard.Count, epoch, time, cancellation) is { } fill)
                return fill;
            if (await view.FindMarkerAsync(epoch, cancellation) is not null)
                return null;
            await Task.Delay(BusyPeriod, time, cancellation);
        }
    }

    private static async Task<RebuiltView> FilledAsync(ViewStore view, long entities, CancellationToken cancellation) => new(
        view.Engine.Definition.Id, entities, await view.FindMarkerAsync(cancellation), WasFilled: true);

    // A new volume has claimed its epoch before its first event.
    private async Task<int> FindEpochAsync(CancellationToken cancellation)
    {
        var epoch = 0;
        await foreach (var key in store.ListAsync(SegmentKeys.Prefix, cancellation))
        {
            if (key.Text.Split('/') is ["events", var number, "epoch"]
                && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var claimed))
                epoch = Math.Max(epoch, claimed);
        }

        return epoch;
    }
}
