using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using ModelServing.Cache;
using ModelServing.Cache.Features;
using ModelServing.Features;
using ModelServing.Features.Engine;
using ModelServing.Features.Events;
using ModelServing.OnlineStore;

namespace ModelServing.Bench.Features;

/// <summary>Measures reads of the online store on redis-server: 250 features in five views. Reads and raw GETs of the same keys take turns,
/// so that whatever else the machine does slows down both.</summary>
/// <param name="reads">How many reads of one entity are measured; of 100 entities, a tenth of it.</param>
internal sealed class StoreBench(int reads)
{
    private const int Views = 5;
    private const int Entities = 1_000;
    private const int EventsPerEntity = 200;
    private const int DifferentStates = 50;
    private const ulong Fill = 1;

    // The time of the newest event of each state, so that all windows have events when they are read then.
    private static readonly Instant[] Newest =
        [.. Enumerable.Range(0, DifferentStates).Select(static card => BenchView.Events(card, EventsPerEntity)[^1].Time)];

    private readonly FeatureEngine[] engines =
        [.. Enumerable.Range(1, Views).Select(static number => new FeatureEngine(BenchView.Create($"bench-{number}")))];

    private readonly Dictionary<string, int> lengths = [];

    /// <summary>The mean size of a value.</summary>
    private int ValueBytes => (int)lengths.Where(static pair => pair.Key.EndsWith('}')).Average(static pair => pair.Value);

    internal async Task<StoreReport> RunAsync(CancellationToken cancellation)
    {
        await using var redis = await RedisProcess.StartAsync(cancellation);
        await using var connection = CacheConnection.Open(redis.Settings, new CacheLimits { Answer = TimeSpan.FromSeconds(60) });
        var values = new FeatureValues(connection);
        ViewStore[] stores = [.. engines.Select(engine => new ViewStore(engine, values, "bench"))];
        await FillAsync(stores, values, cancellation);
        // Until the runtime has compiled the code of the engine for the last time, which it does a while after many calls.
        for (var i = 0; i < 3; i++)
        {
            await MeasureAsync(redis, values, stores, 100, 2, Math.Max(5, reads / 100), cancellation);
            await Task.Delay(TimeSpan.FromMilliseconds(300), cancellation);
        }

        return new StoreReport(
            engines.Sum(static engine => engine.Outputs.Count),
            Views,
            ValueBytes,
            [
                await MeasureAsync(redis, values, stores, 1, 0.5, reads, cancellation),
                await MeasureAsync(redis, values, stores, 100, 2, Math.Max(10, reads / 10), cancellation),
            ]);
    }

    private async Task FillAsync(ViewStore[] stores, FeatureValues values, CancellationToken cancellation)
    {
        foreach (var store in stores)
        {
            var states = Enumerable.Range(0, DifferentStates).Select(card => StateOf(store.Engine, card)).ToArray();
            var marker = new ViewMarker(store.Engine.Digest, ViewMarker.NameOf(Fill), 0, EventsPerEntity).ToUtf8();
            List<FeatureWrite> writes = [new(store.Keys.Marker, marker)];
            for (var entity = 0; entity < Entities; entity++)
                writes.Add(new FeatureWrite(store.KeyOf(EntityOf(entity)), states[entity % DifferentStates]));
            foreach (var write in writes)
                lengths[write.Key.Text] = write.Value.Length;
            foreach (var batch in writes.Chunk(100))
                await values.WriteAsync(batch, TimeSpan.FromHours(1), cancellation);
        }
    }

    private async Task<StoreFigures> MeasureAsync(
        RedisProcess redis, FeatureValues values, ViewStore[] stores, int entities, double limit, int count,
        CancellationToken cancellation)
    {
        var reader = new OnlineReader(values);
        using var raw = new RawGets(redis.Port);
        var random = new Random(1);
        var (read, gets) = (new List<double>(), new List<double>());
        // Garbage of the bench itself would lengthen both.
        var known = Enumerable.Range(0, Entities)
            .Select(number => stores.Select(store => new EntityQuery(store, EntityOf(number))).ToArray()).ToArray();
        var requests = known.Select(own => RawGets.RequestOf(own.Select(KeyOf))).ToArray();
        var sizes = known.Select(own => own.Sum(query => RawGets.AnswerLength(lengths[KeyOf(query)]))).ToArray();
        var markers = stores.Select(static store => store.Keys.Marker.Text).ToList();
        var request = new ArrayBufferWriter<byte>();
        var (numbers, queries) = (new int[entities], new List<EntityQuery>());
        var warming = Math.Max(20, count / 5);
        for (var i = -warming; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            request.ResetWrittenCount();
            request.Write(RawGets.RequestOf(markers));
            var answerBytes = markers.Sum(key => RawGets.AnswerLength(lengths[key]));
            queries.Clear();
            for (var entity = 0; entity < entities; entity++)
            {
                var number = numbers[entity] = random.Next(Entities);
                request.Write(requests[number]);
                answerBytes += sizes[number];
                queries.AddRange(known[number]);
            }

            var began = Stopwatch.GetTimestamp();
            raw.Run(request.WrittenSpan, answerBytes);
            var got = Stopwatch.GetTimestamp();
            using (var answers = await reader.ReadAsync(queries, cancellation))
                Compute(numbers, answers.Entities);
            var done = Stopwatch.GetTimestamp();
            if (i < 0)
                continue;
            gets.Add(Stopwatch.GetElapsedTime(began, got).TotalMilliseconds);
            read.Add(Stopwatch.GetElapsedTime(got, done).TotalMilliseconds);
        }

        var all = (entities * Views) + Views;
        var (ofGets, ofMget) = await BenchmarkAsync(redis, stores, entities, all, count, cancellation);
        return new StoreFigures(entities, all, limit, P99(read), P99(gets), Median(read), Median(gets), ofGets, ofMget);
    }

    // redis-benchmark writes its own values of the same size. It gets one of 1,000 keys by chance.
    private async Task<(double Gets, double Mget)> BenchmarkAsync(
        RedisProcess redis, ViewStore[] stores, int entities, int keys, int count, CancellationToken cancellation)
    {
        string[] common = ["-d", Text(ValueBytes), "-r", Text(Entities)];
        _ = await redis.BenchmarkAsync([.. common, "-n", "20000", "-P", "50", "-t", "set"], cancellation);
        var gets = await redis.BenchmarkAsync([.. common, "-n", Text(count * keys), "-P", Text(keys), "-t", "get"], cancellation);
        var names = Enumerable.Range(0, entities)
            .SelectMany(entity => stores.Select(store => store.KeyOf(EntityOf(entity)).Text))
            .Concat(stores.Select(static store => store.Keys.Marker.Text));
        return (gets, await redis.BenchmarkAsync(["-n", Text(count), "MGET", .. names], cancellation));
    }

    private static string KeyOf(EntityQuery query) => query.View.KeyOf(query.Entity).Text;

    private static EntityKey EntityOf(int number) => EntityKey.From([FieldValue.FromInt64(number)]);

    private static byte[] StateOf(FeatureEngine engine, int card)
    {
        var state = engine.CreateState();
        foreach (var (index, one) in BenchView.Events(card, EventsPerEntity).Index())
            engine.Apply(state, one, index + 1);
        return StoredState.Write(engine, state, Fill);
    }

    // As Inference does: parts of each view by all processors, if there are many states.
    private void Compute(int[] numbers, IReadOnlyList<EntityAnswer> answers)
    {
        const int blockRows = 64;
        var rows = numbers.Length;
        if (answers.Count >= 64)
        {
            var blocks = (rows + blockRows - 1) / blockRows;
            Parallel.For(0, Views * blocks, block => OfView(
                block / blocks, block % blocks * blockRows, Math.Min(rows, ((block % blocks) + 1) * blockRows)));
            return;
        }

        for (var view = 0; view < Views; view++)
            OfView(view, 0, rows);

        void OfView(int view, int from, int to)
        {
            var engine = engines[view];
            var output = new FeatureValue[engine.Outputs.Count];
            for (var row = from; row < to; row++)
            {
                var head = engine.Read(
                    answers[(row * Views) + view].Encoded.Span, Newest[numbers[row] % DifferentStates], [], output);
                if (head.Status != FeatureStatus.Present)
                    throw new BenchException($"an entity of the view {engine.Definition.Id} is {head.Status}");
            }
        }
    }

    private static double P99(List<double> milliseconds)
    {
        milliseconds.Sort();
        return milliseconds[(int)(milliseconds.Count * 0.99)];
    }

    // After P99, which sorts.
    private static double Median(List<double> milliseconds) => milliseconds[milliseconds.Count / 2];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
